# Sets up an sshd in a folder of its own, which a session of the terminal gateway starts; prints its host key, user and
# folder. Each file is written whole and then renamed, and the first host key stays, so that several runs at once do
# no harm.
umask 077
PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin
# shellcheck disable=SC2015 # Any missing program is the same.
sshd=$(command -v sshd) && [ -x "$sshd" ] && command -v ssh-keygen >/dev/null || { echo 'celesto no-sshd'; exit 0; }
folder="$HOME/@folder@"
mkdir -p "$folder" && cd "$folder" || exit 1
if [ ! -s host_key ]; then
  ssh-keygen -q -t ed25519 -N '' -C celesto-vscode -f new.$$ || exit 1
  ln new.$$ host_key 2>/dev/null || [ -s host_key ] || mv new.$$ host_key
  rm -f new.$$ new.$$.pub
fi
put() { cat > "$1.$$" && mv -f "$1.$$" "$1"; }
@removeRetiredKeys@
grep -qsF '@publicKey@' authorized_keys || echo '@publicKey@ celesto-vscode' >> authorized_keys
put sshd_config <<END
HostKey "$folder/host_key"
AuthorizedKeysFile "$folder/authorized_keys"
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PidFile none
PrintMotd no
PrintLastLog no
MaxSessions 100
AcceptEnv LANG LC_* COLORTERM
ClientAliveInterval 15
ClientAliveCountMax 3
Subsystem sftp internal-sftp
END
put start <<END
stty raw -echo
printf '%s%s\n' "\$1" "\$2"
read -r carriage
[ "$(id -u)" = 0 ] && mkdir -p /run/sshd
case \$carriage in
binary) exec "$sshd" -i -E /dev/null -f "$folder/sshd_config" ;;
base64)
  command -v python3 >/dev/null && { echo relay; exec python3 "$folder/relay.py" "$sshd" -i -E /dev/null -f "$folder/sshd_config"; }
  command -v perl >/dev/null && { echo relay; exec perl "$folder/relay.pl" "$sshd" -i -E /dev/null -f "$folder/sshd_config"; }
  echo none ;;
esac
END
put relay.py <<'END'
@pythonRelay@
END
put relay.pl <<'END'
@perlRelay@
END
echo "celesto host-key $(ssh-keygen -y -f host_key | cut -d ' ' -f 1,2)"
echo "celesto user $(id -un)"
echo "celesto folder $folder"
