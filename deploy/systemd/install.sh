#!/bin/sh
# Installs replicad and its units: install.sh PUBLISHED, where PUBLISHED is what
#   dotnet publish -c Release src/Server -o PUBLISHED
# wrote. DESTDIR=dir installs below that directory and starts nothing, for packages and tests.
set -eu

usage() {
    echo "usage: [DESTDIR=dir] $0 PUBLISHED" >&2
    exit 2
}

[ $# -eq 1 ] || usage
published=$1
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
root=${DESTDIR:-}

if [ ! -x "$published/replicad" ]; then
    echo "$0: there is no executable replicad in $published. Publish it first: dotnet publish -c Release src/Server -o $published" >&2
    exit 2
fi

install -d -m 755 "$root/usr/lib/replication" "$root/usr/lib/systemd/system" "$root/usr/lib/sysusers.d" "$root/usr/share/doc/replication" "$root/etc/replication"
cp -R "$published/." "$root/usr/lib/replication/"
chmod -R u=rwX,go=rX "$root/usr/lib/replication"
for unit in replication-primary@.service replication-replica@.service; do
    install -m 644 "$here/$unit" "$root/usr/lib/systemd/system/$unit"
done
install -m 644 "$here/replication.sysusers" "$root/usr/lib/sysusers.d/replication.conf"
install -m 644 "$top/docs/OPERATIONS.md" "$root/usr/share/doc/replication/OPERATIONS.md"

if [ -z "$root" ]; then
    systemd-sysusers replication.conf
    # Only where systemd runs; an image is built without.
    if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
    echo "Installed. Start a primary with: systemctl enable --now replication-primary@main"
fi
