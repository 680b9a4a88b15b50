# Prints `celesto key FILE<tab>LINE` for each line of authorized_keys that has a known key or the extension's comment,
# and `celesto helper FOLDER`.
other=
# shellcheck disable=SC2157 # The user is filled in.
[ -z '@user@' ] || [ "$(id -un)" = '@user@' ] || other=$(getent passwd '@user@' | cut -d: -f6)
for home in "$HOME" "$other"; do
  file="$home/.ssh/authorized_keys"
  # shellcheck disable=SC2015 # Both tests must hold.
  [ -n "$home" ] && [ -r "$file" ] || continue
  { grep -F @keyPatterns@ "$file"; grep ' celesto-vscode$' "$file"; } | sort -u | while read -r line; do
    echo "celesto key $file	$line"
  done
done
[ ! -d "$HOME/.celesto-vscode" ] || echo "celesto helper $HOME/.celesto-vscode"
