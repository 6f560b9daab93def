#!/usr/bin/env bash
# Prepares a folder that can be pushed to a hosted Space (Docker SDK): the sources, the Dockerfile, the card.
#
#   deploy/space.sh FOLDER [--owner OWNER] [--name NAME]   writes FOLDER, which must be empty, missing, or a git checkout
#   deploy/space.sh --help                                 this text
#
# Then:  cd FOLDER && git init && git remote add origin https://huggingface.co/spaces/OWNER/NAME && git add -A &&
#        git commit -m Sandmartin && git push origin HEAD:main
#
# It downloads and pushes nothing. What is written is what git knows here, with changes that are not committed.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'space: %s\n' "$*"; }
usage() { sed -n '2,/^set /{s/^# \{0,1\}//p}' "$0"; }

folder='' owner=OWNER name=SPACE
while (($# > 0)); do
    case $1 in
        --owner) owner=$2 && shift 2 ;;
        --name) name=$2 && shift 2 ;;
        --help | -h) usage && exit 0 ;;
        -*) say "unknown option: $1" && usage && exit 2 ;;
        *) folder=$1 && shift ;;
    esac
done
[[ -n $folder ]] || { usage && exit 2; }

mkdir -p "$folder"
if [[ ! -d $folder/.git && -n $(ls -A "$folder") ]]; then
    say "$folder is not empty, and no git checkout" && exit 1
fi
# What an earlier version of the sources had goes; the checkout itself stays.
find "$folder" -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +

# Pictures and tests stay here: nothing of the image is made of them.
git ls-files -z --cached --others --exclude-standard |
    grep -zvE '^(Tests|Benchmarks|docs/images|\.ci)/|^README\.md$' |
    while IFS= read -r -d '' path; do [[ ! -e $path ]] || printf '%s\0' "$path"; done |
    tar --null --files-from=- -cf - | tar -C "$folder" -xf -

# A Space builds the Dockerfile at its root, and shows the card that is its README.
mv "$folder/deploy/Dockerfile" "$folder/Dockerfile"
sed "s/OWNER-SPACE/$(tr 'A-Z_.' 'a-z--' <<<"$owner-$name")/" deploy/space/README.md >"$folder/README.md"
say "ready: $folder ($(find "$folder" -type f -not -path '*/.git/*' | wc -l) files); push it as the head of this script says"
