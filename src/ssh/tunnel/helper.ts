import type { CelestoClient } from '../../api/client';
import { t } from '@vscode/l10n';
import { truncate } from '../../base/text';
import { quoted, withoutKeys } from '../keys/authorizedKeys';
import { parsePublicKey, type PublicKey } from '../hostKeys/fingerprint';
import type { KeyPair } from '../keys/ownKey';

/** Where the helper is on a computer. */
export interface HelperPlace {
  /** Who logs in: the user that the service runs commands as. */
  readonly user: string;
  /** The folder on the computer, absolute. */
  readonly folder: string;
}

/** What is on a computer so that SSH can be carried by its terminal gateway. */
export interface Helper extends HelperPlace {
  readonly hostKey: PublicKey;
}

/** SSH cannot be carried to this computer. `message` is a sentence that says why. */
export class NoHelperError extends Error {
  override readonly name = 'NoHelperError';

  constructor(reason: string) {
    super(t('SSH cannot be carried by the terminal gateway: {0}.', reason));
  }
}

/** The folder below the user's home; its version changes with what is in it. */
const folder = '.celesto-vscode/1';
/** Seconds the commands may take on the computer. */
const timeout = 30;

/**
 * Puts what SSH over the gateway needs on a computer: a private folder (0700) with a host key of its own, our public
 * key, a configuration and a start script; retired keys of ours go. Nothing listens, nothing runs until a session starts
 * it. Doing it again changes nothing, and several may do it at the same moment: each file is put there whole, and the
 * first host key stays.
 * @throws NoHelperError where the computer has no OpenSSH server or refuses; ApiError; the signal's reason
 */
export async function installHelper(
  client: Pick<CelestoClient, 'exec'>,
  computerId: string,
  keys: Pick<KeyPair, 'publicLine' | 'retired'>,
  signal?: AbortSignal,
): Promise<Helper> {
  const { stdout, stderr } = await client.exec(computerId, installScript(keys), timeout, signal);
  const lines = stdout.split(/\r?\n/);
  const told = (name: string): string | undefined =>
    lines.find((line) => line.startsWith(`celesto ${name} `))?.slice(`celesto ${name} `.length);
  const hostKey = parsePublicKey(told('host-key') ?? '');
  const user = told('user');
  const path = told('folder');
  if (hostKey && user && path) return { user, hostKey, folder: path };
  const hasNoServer = lines.includes('celesto no-sshd');
  throw new NoHelperError(
    hasNoServer
      ? t('it has no OpenSSH server')
      : t('its SSH helper could not be set up: {0}', truncate(stderr, 200) || t('no answer')),
  );
}

/** Takes everything away again that {@link installHelper} put on a computer. */
export async function removeHelper(
  client: Pick<CelestoClient, 'exec'>,
  computerId: string,
  signal?: AbortSignal,
): Promise<void> {
  const { exit_code, stderr } = await client.exec(
    computerId,
    'rm -rf "$HOME/.celesto-vscode"',
    timeout,
    signal,
  );
  if (exit_code !== 0) throw new Error(t('The SSH helper could not be removed: {0}', truncate(stderr, 200)));
}

/** The line that starts it in a terminal of the computer; far below the 4096 bytes that a terminal's line may have. */
export function startLine({ folder }: Pick<HelperPlace, 'folder'>, mark: readonly [string, string]): string {
  return ` exec sh ${quoted(`${folder}/start`)} ${mark[0]} ${mark[1]}\r`;
}

/** How bytes travel through the terminal: as they are, or as lines of base64 where the gateway passes on only text. */
export type Carriage = 'binary' | 'base64';

function installScript({ publicLine, retired }: Pick<KeyPair, 'publicLine' | 'retired'>): string {
  const key = publicLine.split(' ').slice(0, 2).join(' ');
  return String.raw`
umask 077
PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin
sshd=$(command -v sshd) && [ -x "$sshd" ] && command -v ssh-keygen >/dev/null || { echo 'celesto no-sshd'; exit 0; }
folder="$HOME/${folder}"
mkdir -p "$folder" && cd "$folder" || exit 1
if [ ! -s host_key ]; then
  ssh-keygen -q -t ed25519 -N '' -C celesto-vscode -f new.$$ || exit 1
  ln new.$$ host_key 2>/dev/null || [ -s host_key ] || mv new.$$ host_key
  rm -f new.$$ new.$$.pub
fi
put() { cat > "$1.$$" && mv -f "$1.$$" "$1"; }
${withoutKeys('authorized_keys', retired)}
grep -qsF '${key}' authorized_keys || echo '${key} celesto-vscode' >> authorized_keys
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
${pythonRelay}
END
put relay.pl <<'END'
${perlRelay}
END
echo "celesto host-key $(ssh-keygen -y -f host_key | cut -d ' ' -f 1,2)"
echo "celesto user $(id -un)"
echo "celesto folder $folder"
`.trim();
}

/** Carries bytes between the terminal, where they are lines of base64, and a server on a socket pair. */
const pythonRelay = `
import base64, os, select, socket, subprocess, sys
ours, theirs = socket.socketpair()
subprocess.Popen(sys.argv[1:], stdin=theirs, stdout=theirs)
theirs.close()
rest = b''
while True:
    ready, _, _ = select.select([0, ours], [], [])
    if 0 in ready:
        data = os.read(0, 65536)
        if not data:
            break
        *lines, rest = (rest + data).split(b'\\n')
        ours.sendall(b''.join(base64.b64decode(line) for line in lines))
    if ours in ready:
        data = ours.recv(24576)
        if not data:
            break
        line = base64.b64encode(data) + b'\\n'
        while line:
            line = line[os.write(1, line):]
`.trim();

const perlRelay = `
use strict; use Socket; use MIME::Base64; use IO::Select;
socketpair(my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die;
if (!fork) { open(STDIN, '<&', $theirs); open(STDOUT, '>&', $theirs); close $ours; exec @ARGV or die }
close $theirs;
sub all { my ($to, $data) = @_; while (length $data) { my $n = syswrite($to, $data) or exit; substr($data, 0, $n) = '' } }
my $rest = ''; my $select = IO::Select->new(\\*STDIN, $ours);
while (1) { for my $from ($select->can_read) {
  my $n = sysread($from, my $data, 24576) or exit;
  if ($from == $ours) { all(\\*STDOUT, encode_base64($data, '') . "\\n") }
  else { $rest .= $data; while ($rest =~ s/^([^\\n]*)\\n//) { all($ours, decode_base64($1)) } }
} }
`.trim();
