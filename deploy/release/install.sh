#!/bin/sh
# Installs this release of Sandmartin. It downloads nothing.
#
#   ./install.sh [--prefix FOLDER]   into FOLDER/lib/sandmartin, with a link in FOLDER/bin (/usr/local)
#   ./install.sh --service           and as a systemd service: the unit, and /etc/sandmartin/config.yaml if there is none
#   ./install.sh --uninstall         takes both away again; configuration and data stay
#   ./install.sh --check             installs nothing; says what is missing on this machine and exits 1 if something is
#   ./install.sh --help              this text
#
# DESTDIR is put before every path, for those who make packages.
set -eu

VERSION=
NEEDED_GLIBC=
PREFIX=/usr/local
DESTDIR=${DESTDIR:-}
UNIT=/etc/systemd/system/sandmartin.service
HERE=$(cd "$(dirname "$0")" && pwd)

say() { printf 'install: %s\n' "$*"; }
usage() { sed -n '2,/^set /{s/^# \{0,1\}//p;}' "$0"; }

# Libraries that the executable needs, with their packages in Debian and Ubuntu.
missing_libraries() {
    while read -r library package; do
        [ -z "$library" ] || (ldconfig -p 2>/dev/null || /sbin/ldconfig -p) | grep -q "$library " || echo "$package"
    done <<TEXT
libsqlite3.so.0 libsqlite3-0
libz.so.1 zlib1g
libstdc++.so.6 libstdc++6
TEXT
}

check() {
    problems=0
    case $(uname -s) in
        Linux) ;;
        *) say "this is $(uname -s); Sandmartin isolates programs with Linux" && problems=1 ;;
    esac
    glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d ' ' -f 2)
    if [ -z "$glibc" ]; then
        say "there is no GNU libc here; this release needs $NEEDED_GLIBC or later" && problems=1
    elif [ "$(printf '%s\n%s\n' "$NEEDED_GLIBC" "$glibc" | sort -V | head -n 1)" != "$NEEDED_GLIBC" ]; then
        say "glibc is $glibc, and this release needs $NEEDED_GLIBC or later: build from source here" && problems=1
    fi
    packages=$(missing_libraries | tr '\n' ' ')
    if [ -n "$packages" ]; then
        say "missing: as root run: apt-get install --no-install-recommends $packages" && problems=1
    fi
    return "$problems"
}

install_files() {
    lib=$DESTDIR$PREFIX/lib/sandmartin
    mkdir -p "$DESTDIR$PREFIX/bin" "$DESTDIR$PREFIX/share" "$(dirname "$lib")"
    # The new one is whole before the old one goes, so that a server which starts in between finds all of one of them.
    rm -rf "$lib.new" && cp -R "$HERE/lib" "$lib.new"
    rm -rf "$lib.old" && { [ ! -e "$lib" ] || mv "$lib" "$lib.old"; }
    mv "$lib.new" "$lib" && rm -rf "$lib.old"
    ln -sfn ../lib/sandmartin/sandmartin "$DESTDIR$PREFIX/bin/sandmartin"
    cp -R "$HERE/share/." "$DESTDIR$PREFIX/share/"
    cp "$HERE/LICENSE" "$HERE/THIRD-PARTY.md" "$HERE/LICENSES.txt" "$DESTDIR$PREFIX/share/doc/sandmartin/"
    rm -rf "$DESTDIR$PREFIX/share/doc/sandmartin/licenses"
    cp -R "$HERE/licenses" "$DESTDIR$PREFIX/share/doc/sandmartin/licenses"
    say "installed: $PREFIX/bin/sandmartin $VERSION"
}

install_service() {
    mkdir -p "$DESTDIR$(dirname "$UNIT")" "$DESTDIR/etc/sandmartin"
    sed "s|/usr/local/bin/sandmartin|$PREFIX/bin/sandmartin|" "$HERE/share/sandmartin/sandmartin.service" \
        >"$DESTDIR$UNIT"
    if [ ! -e "$DESTDIR/etc/sandmartin/config.yaml" ]; then
        (umask 077 && cp "$HERE/share/sandmartin/config.example.yaml" "$DESTDIR/etc/sandmartin/config.yaml")
    fi
    say "installed: $UNIT; edit /etc/sandmartin/config.yaml, then: systemctl daemon-reload && systemctl enable --now sandmartin"
}

uninstall() {
    rm -rf "$DESTDIR$PREFIX/lib/sandmartin" "$DESTDIR$PREFIX/share/sandmartin" "$DESTDIR$PREFIX/share/doc/sandmartin"
    rm -f "$DESTDIR$PREFIX/bin/sandmartin" "$DESTDIR$UNIT"
    say "removed; /etc/sandmartin and /var/lib/sandmartin stay"
}

action=install
service=no
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) PREFIX=${2:?"--prefix needs a folder"} && shift ;;
        --prefix=*) PREFIX=${1#--prefix=} ;;
        --service) service=yes ;;
        --uninstall) action=uninstall ;;
        --check) action=check ;;
        --help | -h) usage && exit 0 ;;
        *) say "unknown option: $1" && usage && exit 2 ;;
    esac
    shift
done
case $PREFIX in
    /*) PREFIX=${PREFIX%/} ;;
    *) say "--prefix must be an absolute path" && exit 2 ;;
esac

case $action in
    uninstall) uninstall ;;
    check) check && say "nothing is missing" ;;
    install)
        check || { [ -n "$DESTDIR" ] || exit 1; }
        install_files
        [ "$service" = no ] || install_service
        ;;
esac
