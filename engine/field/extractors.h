// The functions behind the catalogue's entries, by the file that they stand in. Each promises what extract() promises,
// but for what extract() itself sees to: `value` is empty at the start, and fields whose facts the call changes are not
// asked at its entry.
#pragma once

#include "engine/field/catalogue.h"

namespace bewit::field {

// Values that need no file of their own: what never exists here, and the constants of fields that are kept for old
// rules.
Extract absent, zero_count, zero_text;

// extract_time.cc
Extract time_of_day, time_of_day_s, time_iso8601, date_time, date_time_s;
Extract raw_time, raw_time_s, raw_time_ns;
Extract relative_time, relative_time_s, relative_time_ns;
Extract delta_time, delta_time_s, delta_time_ns;
Extract time_distance;

// extract_event.cc
Extract event_number, event_source, event_is_async, event_async_type, event_hostname;
Extract event_direction, event_type, event_type_is, syscall_type, event_category;
Extract is_io, is_io_read, is_io_write, io_direction, is_wait, is_syslog;
Extract event_count, count_exit, count_procinfo, count_threadinfo;
Extract extraction_count;

// extract_result.cc
Extract result_text, result_number, result_failed;
Extract error_count, error_count_file, error_count_net, error_count_memory, error_count_other;
Extract buffer_length, buffer_length_in, buffer_length_out;
Extract buffer_length_file, buffer_length_file_in, buffer_length_file_out;
Extract buffer_length_net, buffer_length_net_in, buffer_length_net_out;

// extract_argument.cc
Extract event_argument, event_raw_argument, event_arguments, event_buffer;

// extract_open.cc
Extract open_for_reading, open_for_writing, open_executable, open_creates;

// extract_abspath.cc
Extract absolute_path;

// extract_process.cc
Extract process_name, process_exe, process_exe_path, process_args, process_cmdline, process_exe_line;
Extract process_arg_count, process_args_length, process_env, process_cwd, process_tty;
Extract exe_writable, exe_upper_layer, exe_lower_layer, exe_from_memfd;
Extract exe_inode, exe_ctime, exe_mtime, exe_age_at_start, exe_age_at_namespace_start, namespace_start;

// extract_lineage.cc
Extract parent_name, parent_exe, parent_exe_path, parent_cmdline, parent_pid, parent_vpid;
Extract ancestor_name, ancestor_exe, ancestor_exe_path, ancestor_args, ancestor_cmdline, ancestor_pid, ancestor_env;
Extract login_shell;
Extract session_name, session_exe, session_exe_path;
Extract vpgid_name, vpgid_exe, vpgid_exe_path;
Extract pgid_name, pgid_exe, pgid_exe_path;

// extract_identity.cc
Extract process_pid, process_vpid, process_sid, process_vpgid, process_pgid;
Extract is_session_leader, is_vpgid_leader, is_pgid_leader;
Extract process_duration, process_start, parent_duration, parent_start;
Extract thread_id, thread_is_main, thread_vtid, thread_name_tid;

// extract_resource.cc
Extract descriptor_count, descriptor_limit, descriptor_usage;
Extract vm_size, vm_rss, vm_swap, faults_major, faults_minor;
Extract thread_count, thread_children;
Extract thread_vm_size, thread_vm_rss, thread_vm_size_bytes, thread_vm_rss_bytes;
Extract thread_total_exec_time;
Extract thread_cgroups, thread_cgroup;

// extract_user.cc
Extract user_uid, user_name, user_home, user_shell, login_uid, login_name;
Extract group_gid, group_name;
Extract cap_permitted, cap_inheritable, cap_effective;

// extract_fd.cc
Extract fd_number, fd_type, fd_typechar, fd_name, fd_name_raw, fd_directory, fd_filename;
Extract fd_uid, fd_container_name, fd_container_directory;
Extract fd_device, fd_device_major, fd_device_minor, fd_inode, fd_upper_layer, fd_lower_layer, fd_types;
Extract stdin_type, stdout_type, stderr_type, stdin_name, stdout_name, stderr_name;

// extract_socket.cc
Extract fd_either_ip, fd_client_ip, fd_server_ip, fd_local_ip, fd_remote_ip;
Extract fd_either_port, fd_client_port, fd_server_port, fd_local_port, fd_remote_port;
Extract fd_client_port_text, fd_server_port_text, fd_local_port_text, fd_remote_port_text;
Extract fd_client_ip_name, fd_server_ip_name, fd_local_ip_name, fd_remote_ip_name;
Extract fd_l4proto, fd_socket_family, fd_is_server, fd_connected, fd_name_changed;

// extract_fspath.cc
Extract path_name, path_name_raw, path_source, path_source_raw, path_target, path_target_raw;

// extract_fdlist.cc
Extract list_numbers, list_names, list_client_ips, list_server_ips, list_client_ports, list_server_ports;

// extract_container.cc
Extract container_id, container_full_id, container_name, container_image, container_image_id, container_type;
Extract container_privileged, container_mounts, container_mount, container_mount_source, container_mount_dest;
Extract container_mount_mode, container_mount_rdwr, container_mount_propagation;
Extract container_image_repository, container_image_tag, container_image_digest;
Extract container_start, container_duration, container_ip;
Extract container_host_pid, container_host_network, container_host_ipc, container_label, container_labels;
Extract pod_name, pod_namespace, pod_uid, pod_sandbox_id, pod_full_sandbox_id, pod_label, pod_labels, pod_ip;

// extract_own.cc
Extract real_path, given_path, string_truncated;

// extract_ecs.cc
Extract ecs_task_arn, ecs_task_id, ecs_task_family, ecs_task_revision, ecs_cluster;
Extract ecs_service, ecs_container_arn, ecs_container_name, ecs_availability_zone, ecs_launch_type;

}  // namespace bewit::field
