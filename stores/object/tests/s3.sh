#!/usr/bin/env bash
# Runs the tests that need a server of S3, against one that is started here.
#
#     stores/object/tests/s3.sh [PYTHON]
#
# Installs the server, moto, from PyPI for PYTHON, or else `python3`, under `target/`.
set -euo pipefail
cd "$(dirname "$0")/../../.."

python=${1:-python3}
mkdir -p "${CARGO_TARGET_DIR:-target}"
environment=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/moto

if ! "$environment/bin/python" -c 'import moto.server' 2>/dev/null; then
    rm -rf "$environment"
    "$python" -m venv "$environment"
    "$environment/bin/python" -m pip --disable-pip-version-check --quiet install 'moto[s3,server]==5.2.5'
fi

# Port 0 is one that is free; the server says which.
log=$environment/server.log
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1
"$environment/bin/python" -u -c '
from moto.server import ThreadedMotoServer
import boto3, time
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
address = f"http://{host}:{port}"
boto3.client("s3", endpoint_url=address, region_name="us-east-1").create_bucket(Bucket="entia")
print("ready", address, flush=True)
while True:
    time.sleep(60)
' >"$log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT

until grep -q '^ready ' "$log"; do
    kill -0 $server 2>/dev/null || { cat "$log" >&2; exit 1; }
    sleep 0.1
done
address=$(sed -n 's/^ready //p' "$log")

TRACKER_TEST_S3=s3://entia AWS_ENDPOINT=$address AWS_ALLOW_HTTP=true \
    cargo test --locked -p tracker-object --test s3 -- --ignored
echo "a server of S3 (moto 5.2.5) keeps the contents of artifacts"
