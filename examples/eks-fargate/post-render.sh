#!/bin/sh
# Helm's post-renderer: what a chart renders goes through bewit on its way to the cluster.
#
#   BEWIT_IMAGE=111122223333.dkr.ecr.eu-west-1.amazonaws.com/bewit:1 helm upgrade --install web ./chart --post-renderer ./post-render.sh
#
# What the charts' images run is read from the files NAME.json beside this script, the output of `docker image inspect`; each holds for the image that it was asked of
# (RepoTags), and one that no definition needs does no harm.
set -eu
here=$(dirname "$0")
for file in "$here"/*.json; do
    [ -e "$file" ] || continue
    image=$(sed -n 's/.*"RepoTags": *\["\([^"]*\)".*/\1/p' "$file" | head -n 1)
    [ -z "$image" ] || set -- "$@" --image-config "$image=$file"
done
exec bewit patch k8s "$@"
