package relay

import (
	"bytes"
	"cmp"
	"slices"
)

// dropRepeated removes from the end of p.b every pair whose key comes again
// later in the same object, and returns how many pairs are left. Equal keys have
// equal bytes: the encoder always takes the shortest form.
//
// Objects in chat are small: comparing each with each costs less than sorting,
// but a client could send thousands of keys.
func (p *packer) dropRepeated(pairs []pair) int {
	const small = 16
	dropped := 0
	if len(pairs) <= small {
		for i := range pairs {
			for _, later := range pairs[i+1:] {
				if bytes.Equal(p.key(pairs[i]), p.key(later)) {
					pairs[i].repeated = true
					dropped++
					break
				}
			}
		}
	} else {
		slices.SortFunc(pairs, func(a, b pair) int {
			return cmp.Or(bytes.Compare(p.key(a), p.key(b)), cmp.Compare(a.key, b.key))
		})
		for i := range pairs[1:] {
			if bytes.Equal(p.key(pairs[i]), p.key(pairs[i+1])) {
				pairs[i].repeated = true
				dropped++
			}
		}
	}
	if dropped > 0 {
		p.compact(pairs)
	}
	return len(pairs) - dropped
}

func (p *packer) key(at pair) []byte { return p.b[at.key:at.value] }

// compact moves the pairs that count to where the first of all pairs began.
func (p *packer) compact(pairs []pair) {
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(a.key, b.key) })
	to := pairs[0].key
	for _, at := range pairs {
		if !at.repeated {
			to += copy(p.b[to:], p.b[at.key:at.end])
		}
	}
	p.b = p.b[:to]
}
