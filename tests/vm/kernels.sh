#!/usr/bin/env bash
# Kernels of Debian's releases, unpacked and not installed. Usage: kernels.sh [--module] DIRECTORY NAME...
#
# For each NAME (5.10, 6.1, 6.12, newest) the newest cloud kernel of that series goes to DIRECTORY/NAME/vmlinuz, its release to DIRECTORY/NAME/release.
# With --module the kernel module is built for each, with the headers that belong to it: DIRECTORY/NAME/bewit.ko.
# What is there already stays, but for the module. The packages come from where the machine's own do, checked with Debian's keys; apt's own state is not touched.
set -euo pipefail
module=
if [ "$1" = --module ]; then
    module=yes
    shift
fi
top=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
directory=$(cd "$1" && pwd)
shift

declare -A suite=([5.10]=bullseye [6.1]=bookworm [6.12]=bookworm-backports [newest]=trixie-backports)
declare -A pattern=([5.10]='5\.10\.[^ ]*' [6.1]='6\.1\.[^ ]*' [6.12]='6\.12\.[^ ]*' [newest]='[67]\.[^ ]*')

grep -qi '^ID=debian' /etc/os-release || { echo "kernels.sh: this machine is no Debian" >&2; exit 3; }
uri=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb \(\[.*\] \)\?\(http[^ ]*\).*/\2/p' /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -n 1 || true)
[ -n "$uri" ] || { echo "kernels.sh: this machine has no source of Debian's packages" >&2; exit 3; }

# apt with a state of its own, that knows one suite.
with_apt() {
    local name=$1
    shift
    local home=$directory/apt-$name
    if [ ! -f "$home/config" ]; then
        mkdir -p "$home"/state/lists/partial "$home"/cache/archives/partial "$home"/parts
        printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
            "$uri" "${suite[$name]}" >"$home/parts/debian.sources"
        cat >"$home/config" <<EOF
Dir::State "$home/state"; Dir::State::status "/var/lib/dpkg/status"; Dir::Cache "$home/cache";
Dir::Etc::sourcelist "/dev/null"; Dir::Etc::sourceparts "$home/parts";
APT::Architecture "amd64"; APT::Architectures { "amd64"; }; APT::Sandbox::User "root"; Acquire::Languages "none"; Acquire::Retries "3";
EOF
        APT_CONFIG=$home/config apt-get update -q >/dev/null || { rm -rf "$home"; return 1; }
    fi
    APT_CONFIG=$home/config "$@"
}

# The headers name each other by where they would be installed.
build_module() {
    [ -n "$module" ] || return 0
    local name=$1 release headers=$directory/$1/headers package
    release=$(cat "$directory/$name/release")
    if [ ! -d "$headers" ]; then
        local work
        work=$(mktemp -d "$directory/unpack-XXXXXX")
        (cd "$work" && with_apt "$name" apt-get download -q "linux-headers-$release" >/dev/null
            for package in $(dpkg-deb -f ./*.deb Depends | grep -o 'linux-headers-[^ ,]*-common[^ ,]*\|linux-kbuild-[^ ,]*'); do
                with_apt "$name" apt-get download -q "$package" >/dev/null
            done
            for package in ./*.deb; do dpkg -x "$package" tree; done)
        sed -i "s#/usr/src/linux#$headers/usr/src/linux#" "$work/tree/usr/src/linux-headers-$release/Makefile"
        mv "$work/tree" "$headers"
        rm -rf "$work"
    fi
    rm -rf "$directory/$name/module"
    make -s -C "$top/kmod" dkms-source DESTDIR="$directory/$name/module"
    # Any compiler of this machine: what the kernel was built by is seldom here.
    make -s -C "$directory/$name/module/usr/src/bewit-1/kmod" KDIR="$headers/usr/src/linux-headers-$release" CC=gcc >"$directory/$name/module.log" 2>&1 ||
        { tail -n 30 "$directory/$name/module.log" >&2; echo "kernels.sh: the module does not build for $release" >&2; exit 1; }
    cp "$directory/$name/module/usr/src/bewit-1/kmod/bewit.ko" "$directory/$name/bewit.ko"
}

for name in "$@"; do
    [ -n "${suite[$name]:-}" ] || { echo "kernels.sh: $name: write one of ${!suite[*]}" >&2; exit 2; }
    if [ -f "$directory/$name/release" ]; then
        build_module "$name"
        continue
    fi
    package=$(with_apt "$name" apt-cache search --names-only "^linux-image-${pattern[$name]}-cloud-amd64\$" | cut -d ' ' -f 1 | sort -V | tail -n 1)
    [ -n "$package" ] || { echo "kernels.sh: ${suite[$name]} has no cloud kernel $name" >&2; exit 3; }
    work=$(mktemp -d "$directory/unpack-XXXXXX")
    (cd "$work" && with_apt "$name" apt-get download -q "$package" >/dev/null && dpkg -x ./*.deb tree)
    # From 7.2 on the image is in a package beside this one.
    if ! ls "$work"/tree/boot/vmlinuz-* >/dev/null 2>&1; then
        binary=$(dpkg-deb -f "$work"/*.deb Depends | grep -o 'linux-binary-[67][^ ,]*' | head -n 1)
        (cd "$work" && rm ./*.deb && with_apt "$name" apt-get download -q "$binary" >/dev/null && dpkg -x ./*.deb tree)
    fi
    image=$(find "$work/tree" -name vmlinuz -o -name 'vmlinuz-*' | head -n 1)
    [ -n "$image" ] || { echo "kernels.sh: $package holds no kernel" >&2; exit 1; }
    mkdir -p "$directory/$name"
    cp "$image" "$directory/$name/vmlinuz"
    printf '%s\n' "${package#linux-image-}" >"$directory/$name/release"
    rm -rf "$work"
    build_module "$name"
done
