# Writes the file in place, so that its owner and mode stay.
if grep -qsF @keyPatterns@ @file@; then
  if rest=$(grep -vF @keyPatterns@ @file@); then printf '%s\n' "$rest" > @file@; else : > @file@; fi
fi
