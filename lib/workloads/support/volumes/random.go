package volumes

import (
	"encoding/binary"
	"math/bits"
)

// FillRandom writes the content of (seed, sequence): the stream of the generator sfc32. The initial state is (seed's low word,
// sequence's low word, sequence's high word, 1 + seed's high word), mixed by twelve rounds. 32-bit arithmetic without
// multiplication lets Go, TypeScript and k6 compute the same bytes fast.
func FillRandom(payload []byte, seed, sequence uint64) {
	a, b, c, d := uint32(seed), uint32(sequence), uint32(sequence>>32), 1+uint32(seed>>32)
	next := func() uint32 {
		t := a + b + d
		d++
		a = b ^ b>>9
		b = c + c<<3
		c = bits.RotateLeft32(c, 21) + t
		return t
	}
	for range 12 {
		next()
	}
	for ; len(payload) >= 4; payload = payload[4:] {
		binary.LittleEndian.PutUint32(payload, next())
	}
	if len(payload) > 0 {
		var rest [4]byte
		binary.LittleEndian.PutUint32(rest[:], next())
		copy(payload, rest[:])
	}
}
