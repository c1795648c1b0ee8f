#!/bin/bash
# Starts (or stops) a private Samba AD domain controller for tests. Package
# sambatest runs it; by hand:
#
#   start-dc.sh STATE_DIR REALM IP     provision once, start, wait until it answers
#   start-dc.sh --stop STATE_DIR       stop the one started from STATE_DIR
#
# STATE_DIR  a directory of its own, whose absolute path has at most 78
#            characters. Re-used if it already holds this provisioned domain
#            (so "cp -a" of a stopped one is a fresh domain without provisioning).
# REALM      the DNS name of the forest root domain, e.g. CONTOSO.TEST
# IP         the loopback address to bind; one of its own for each DC
#
# Environment: LIFELINE=1 (samba keeps this script's stdin, which must be a pipe,
# and exits by itself when the pipe's other end is closed), ADMIN_PASSWORD,
# STARTUP_SECONDS (default 60), SAMBA_ENV (NAME=value words for samba alone).
#
# Needs root (ports below 1024, file owners in SYSVOL) and the packages that
# scripts/setup-samba installs. Leaves dc.env, samba.log and ca/ca.pem in STATE_DIR.
set -euo pipefail

die() { echo "start-dc: $*" >&2; exit 1; }
now() { date +%s%N; }
took() { printf '%d.%02d s' $(( ($2 - $1) / 1000000000 )) $(( ($2 - $1) / 10000000 % 100 )); }

# is_ours PID STATE_DIR: is PID a live samba that was started in STATE_DIR?
# (samba overwrites its arguments and environment with its title, so only its
# working directory and its executable tell.)
is_ours() {
  [ -n "$1" ] && [ "$(readlink "/proc/$1/cwd")" = "$2" ] &&
    case $(readlink "/proc/$1/exe") in */samba*) ;; *) false ;; esac
}

stop_dc() {
  local state=$1 pid
  pid=$(cat "$state/samba.pid" 2>/dev/null || true)
  if is_ours "$pid" "$state"; then
    kill -TERM "$pid"
    for _ in $(seq 100); do
      is_ours "$pid" "$state" || break
      sleep 0.1
    done
    if is_ours "$pid" "$state"; then kill -KILL "$pid"; fi
  fi
  rm -f "$state/samba.pid"
}

if [ "${1:-}" = --stop ]; then
  [ $# -eq 2 ] || die "usage: start-dc.sh --stop STATE_DIR"
  stop_dc "$(readlink -f "$2")"
  exit 0
fi

if [ $# -lt 2 ] || [ $# -gt 3 ]; then die "usage: start-dc.sh STATE_DIR REALM [IP]"; fi
mkdir -p "$1"
STATE=$(readlink -f "$1")
REALM=${2^^}
DNSDOM=${2,,}
IP=${3:-127.0.0.10}
ADMIN_PASSWORD=${ADMIN_PASSWORD:-P@ssw0rd-Lab1}
DC_HOST=${DC_HOST:-dc1}
NETBIOS_DOMAIN=${NETBIOS_DOMAIN:-${REALM%%.*}}
CA_DIR=${CA_DIR:-$STATE/ca}
BASE_DN="DC=${DNSDOM//./,DC=}"
FQDN="$DC_HOST.$DNSDOM"

[ "$(id -u)" = 0 ] || die "must run as root"
# The longest socket beneath it is ncalrpc/np/protected_storage; a socket's path
# may have 107 bytes.
[ "${#STATE}" -le 78 ] || die "STATE_DIR is longer than 78 characters: $STATE"
# Never work in a directory that holds something else.
if [ -n "$(ls -A "$STATE")" ] && [ ! -e "$STATE/smb.conf" ]; then
  die "$STATE is neither empty nor the state of an earlier run"
fi
case $IP in 127.*) ;; *) die "IP must be in 127.0.0.0/8, not $IP" ;; esac
case $DNSDOM in *.*) ;; *) die "REALM needs at least two labels" ;; esac
[ "${#NETBIOS_DOMAIN}" -le 15 ] || die "NETBIOS_DOMAIN is longer than 15 characters"
for c in samba samba-tool openssl; do
  command -v "$c" >/dev/null || die "$c is missing: run scripts/setup-samba"
done
[ -e /usr/share/samba/setup/provision.ldif ] || die "samba-ad-provision is missing: run scripts/setup-samba"
case $ADMIN_PASSWORD in *\'*) die "ADMIN_PASSWORD must not hold a single quote" ;; esac
if [ -e "$STATE/provisioned" ] && [ "$(cat "$STATE/provisioned")" != "$REALM $FQDN $IP" ]; then
  die "$STATE holds another domain: $(cat "$STATE/provisioned")"
fi

stop_dc "$STATE"
# Another server on this address would make samba exit with a bind error later.
if (exec 3<>"/dev/tcp/$IP/389") 2>/dev/null; then die "something already listens on $IP:389"; fi

umask 077
T0=$(now)
CONF=$STATE/smb.conf
mkdir -p "$STATE"/{private,state,cache,lock,run,ncalrpc,ntp,winbindd,bind-dns,log,tls} "$CA_DIR"
CA_DIR=$(readlink -f "$CA_DIR")

# An own smb.conf, so that nothing of /etc/samba/smb.conf and no "dns forwarder"
# taken from /etc/resolv.conf gets in. interfaces needs /8: a /32 is read as a
# broadcast address and dropped ("no network interfaces found").
cat >"$CONF" <<CONF
[global]
	netbios name = ${DC_HOST^^}
	realm = $REALM
	workgroup = $NETBIOS_DOMAIN
	server role = active directory domain controller
	interfaces = $IP/8
	bind interfaces only = yes
	server services = rpc, ldap, cldap, kdc, drepl, dns
	disable netbios = yes
	dns forwarder =
	allow dns updates = disabled
	private dir = $STATE/private
	state directory = $STATE/state
	cache directory = $STATE/cache
	lock directory = $STATE/lock
	pid directory = $STATE/run
	ncalrpc dir = $STATE/ncalrpc
	ntp signd socket directory = $STATE/ntp
	winbindd socket directory = $STATE/winbindd
	binddns dir = $STATE/bind-dns
	log file = $STATE/log/%m.log
	logging = file
	tls enabled = yes
	ldap server require strong auth = allow_sasl_over_tls
	tls cafile = $CA_DIR/ca.pem
	tls certfile = $STATE/tls/cert.pem
	tls keyfile = $STATE/tls/key.pem
	xattr_tdb:file = $STATE/state/xattr.tdb
[sysvol]
	path = $STATE/state/sysvol
	read only = no
[netlogon]
	path = $STATE/state/sysvol/$DNSDOM/scripts
	read only = no
CONF

# A private CA and a server certificate. Without them samba makes a 4096-bit RSA
# key at its first start, which took 11 s here.
if [ ! -s "$CA_DIR/ca.pem" ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 \
    -days 3650 -subj "/CN=Samba lab CA" -keyout "$CA_DIR/ca.key" -out "$CA_DIR/ca.pem" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
    2>>"$STATE/openssl.log" || die "no CA made: see $STATE/openssl.log"
fi
# The server certificate is made anew at each start: the CA may have changed.
{
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 \
    -subj "/CN=$FQDN" -keyout "$STATE/tls/key.pem" -out "$STATE/tls/req.pem"
  printf 'subjectAltName=DNS:%s,DNS:%s,IP:%s\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n' \
    "$FQDN" "$DNSDOM" "$IP" >"$STATE/tls/ext.cnf"
  openssl x509 -req -sha256 -days 3650 -in "$STATE/tls/req.pem" -CA "$CA_DIR/ca.pem" \
    -CAkey "$CA_DIR/ca.key" -set_serial "0x$(openssl rand -hex 8)" \
    -extfile "$STATE/tls/ext.cnf" -out "$STATE/tls/cert.pem"
} 2>>"$STATE/openssl.log" || die "no certificate made: see $STATE/openssl.log"
chmod 600 "$STATE/tls/key.pem" # samba refuses a key others can read

cat >"$STATE/krb5.conf" <<CONF
[libdefaults]
	default_realm = $REALM
	dns_lookup_realm = false
	dns_lookup_kdc = false
	rdns = false
	udp_preference_limit = 1
	default_ccache_name = FILE:$STATE/krb5cc
[realms]
	$REALM = {
		kdc = $IP:88
		kpasswd_server = $IP:464
		admin_server = $IP
	}
[domain_realm]
	.$DNSDOM = $REALM
	$DNSDOM = $REALM
CONF
export KRB5_CONFIG=$STATE/krb5.conf

T1=$(now)
if [ ! -e "$STATE/provisioned" ]; then
  rm -rf "$STATE"/private/* "$STATE"/state/*
  samba-tool domain provision --configfile="$CONF" \
    --realm="$REALM" --domain="$NETBIOS_DOMAIN" --server-role=dc \
    --dns-backend=SAMBA_INTERNAL --host-name="$DC_HOST" --host-ip="$IP" \
    --adminpass="$ADMIN_PASSWORD" \
    >"$STATE/provision.log" 2>&1 || { tail -5 "$STATE/provision.log" >&2; die "provisioning failed"; }
  # Provisioning sets HOST/ names only; without ldap/ names on the DC's account no
  # client gets a Kerberos ticket for LDAP. samba's own dnsupdate service would do
  # this later, but it is off here.
  samba_spnupdate --configfile="$CONF" >>"$STATE/provision.log" 2>&1 || die "samba_spnupdate failed"
  echo "$REALM $FQDN $IP" >"$STATE/provisioned"
fi
T2=$(now)

# -i keeps it in the foreground and logs to stdout; -M single makes it one process,
# so one pid stops it. With -i and a pipe for stdin, samba exits as soon as the
# other end of the pipe is closed, however the holder of that end died.
cd "$STATE"
if [ -n "${LIFELINE:-}" ]; then exec 3<&0; else exec 3</dev/null; fi
# shellcheck disable=SC2086 # SAMBA_ENV holds several words
setsid env ${SAMBA_ENV:-} samba -i -M single --configfile="$CONF" --debuglevel=1 \
  <&3 3<&- >"$STATE/samba.log" 2>&1 &
PID=$!
exec 3<&-
echo "$PID" >"$STATE/samba.pid"

# Ready = the rootDSE is answered over TLS. openssl is enough to ask: this is the
# BER of SearchRequest(base "", scope base, (objectClass=*), [defaultNamingContext]).
ASK='\x30\x3b\x02\x01\x01\x63\x36\x04\x00\x0a\x01\x00\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x0bobjectClass\x30\x16\x04\x14defaultNamingContext'
ready=
END=$(( $(date +%s) + ${STARTUP_SECONDS:-60} ))
while [ "$(date +%s)" -lt "$END" ]; do
  kill -0 "$PID" 2>/dev/null || break
  if (exec 3<>"/dev/tcp/$IP/636") 2>/dev/null; then
    answer=$({ printf %b "$ASK"; sleep 0.3; } | timeout 5 openssl s_client -quiet -no_ign_eof \
      -connect "$IP:636" -CAfile "$CA_DIR/ca.pem" -verify_return_error 2>/dev/null |
      tr -cd '[:print:]') || true
    case ${answer,,} in *"${BASE_DN,,}"*) ready=1; break ;; esac
  fi
  sleep 0.1
done
[ -n "$ready" ] || { tail -20 "$STATE/samba.log" >&2; stop_dc "$STATE"; die "no answer on $IP:636"; }
T3=$(now)

cat >"$STATE/dc.env" <<ENV
DC_PID='$PID'
DC_IP='$IP'
DC_HOST='$FQDN'
DC_REALM='$REALM'
DC_DNS_DOMAIN='$DNSDOM'
DC_NETBIOS_DOMAIN='$NETBIOS_DOMAIN'
DC_BASE_DN='$BASE_DN'
DC_ADMIN_USER='Administrator'
DC_ADMIN_PASSWORD='$ADMIN_PASSWORD'
DC_CA_FILE='$CA_DIR/ca.pem'
DC_KRB5_CONFIG='$STATE/krb5.conf'
DC_SMB_CONF='$CONF'
DC_SAM='$STATE/private/sam.ldb'
ENV
echo "$FQDN ($REALM) ready on $IP, pid $PID: certificates $(took "$T0" "$T1"), provisioning $(took "$T1" "$T2"), start $(took "$T2" "$T3")"
