#!/bin/sh
# certificate.sh [DAYS]: a new certificate for the webhook (365 days by default), and the API server told to trust it. Needs openssl and kubectl, and the webhook's
# objects in the cluster. Run it again before the days are over: the running webhook takes the new certificate up by itself, and until it has, the one before is
# trusted as well.
set -eu
days=${1:-365}
namespace=bewit-system secret=bewit-webhook-tls configuration=bewit
name=bewit-webhook.$namespace.svc

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 077

openssl ecparam -name prime256v1 -genkey -noout -out "$work/tls.key"
openssl req -x509 -new -key "$work/tls.key" -days "$days" -subj "/CN=$name" -addext "subjectAltName=DNS:$name,DNS:$name.cluster.local" -out "$work/tls.crt"

# The new certificate and the last one, if there is one.
kubectl get mutatingwebhookconfiguration $configuration -o 'jsonpath={.webhooks[0].clientConfig.caBundle}' | openssl base64 -d -A > "$work/before.crt"
{ cat "$work/tls.crt"; awk '/BEGIN CERTIFICATE/ { count++ } count == 1' "$work/before.crt"; } > "$work/bundle.crt"
bundle=$(openssl base64 -A -in "$work/bundle.crt")

kubectl patch mutatingwebhookconfiguration $configuration --type=json \
    -p "[{\"op\": \"add\", \"path\": \"/webhooks/0/clientConfig/caBundle\", \"value\": \"$bundle\"}]"
kubectl -n $namespace create secret tls $secret --cert="$work/tls.crt" --key="$work/tls.key" --dry-run=client -o yaml | kubectl apply -f -
