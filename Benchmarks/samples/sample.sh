total_0() {
    local sum=0 price
    for price in "$@"; do
        sum=$((sum + price))
    done
    printf '%d\n' "$sum"
}

summary_0() {
    local file="data/$1" separator="${2:-,}" number=0
    declare -A counts=()
    while IFS="$separator" read -r name price; do
        number=$((number + 1))
        if [[ -z $price ]]; then
            echo "line $number has no price" >&2
            continue
        fi
        counts[$name]=$((${counts[$name]:-0} + 1))
    done <"$file"
    for name in "${!counts[@]}"; do
        printf '%s %d\n' "$name" "${counts[$name]}"
    done | sort | head -n 20 >"out/summary_0.txt"
}

mkdir -p out && summary_0 orders_0.csv && total_0 1 2 3
case "${1:-}" in
    --verbose) cat out/summary_0.txt ;;
    *) wc -l <out/summary_0.txt ;;
esac
