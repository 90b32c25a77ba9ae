package pack

import (
	"bytes"
	"cmp"
	"slices"
)

// dropRepeated removes from the end of w.b every pair whose key comes again
// later in the same object, and returns how many pairs are left. Equal keys have
// equal bytes: the encoder always takes the shortest form.
//
// Objects in chat are small: comparing each with each costs less than sorting,
// but a client could send thousands of keys.
func (w *Writer) dropRepeated(pairs []pair) int {
	const small = 16
	dropped := 0
	if len(pairs) <= small {
		for i := range pairs {
			for _, later := range pairs[i+1:] {
				if bytes.Equal(w.key(pairs[i]), w.key(later)) {
					pairs[i].repeated = true
					dropped++
					break
				}
			}
		}
	} else {
		slices.SortFunc(pairs, func(a, b pair) int {
			return cmp.Or(bytes.Compare(w.key(a), w.key(b)), cmp.Compare(a.key, b.key))
		})
		for i := range pairs[1:] {
			if bytes.Equal(w.key(pairs[i]), w.key(pairs[i+1])) {
				pairs[i].repeated = true
				dropped++
			}
		}
	}
	if dropped > 0 {
		w.compact(pairs)
	}
	return len(pairs) - dropped
}

func (w *Writer) key(at pair) []byte { return w.b[at.key:at.value] }

// compact moves the pairs that count to where the first of all pairs began.
func (w *Writer) compact(pairs []pair) {
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(a.key, b.key) })
	to := pairs[0].key
	for _, at := range pairs {
		if !at.repeated {
			to += copy(w.b[to:], w.b[at.key:at.end])
		}
	}
	w.b = w.b[:to]
}
