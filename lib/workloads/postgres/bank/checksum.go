package main

import "encoding/binary"

const (
	checksumLanes = 32
	fnvPrime      = 16777619
)

// laneSeeds is part of PostgreSQL's page format.
var laneSeeds = [checksumLanes]uint32{
	0x5B1F36E9, 0xB8525960, 0x02AB50AA, 0x1DE66D2A, 0x79FF467A, 0x9BB9F8A3, 0x217E7CD2, 0x83E13D2C,
	0xF8D4474F, 0xE39EB970, 0x42C6AE16, 0x993216FA, 0x7B093B5D, 0x98DAFF3C, 0xF718902A, 0x0B1C9CDB,
	0xE58F764B, 0x187636BC, 0x5D7B3BB1, 0xE73DE7DE, 0x92BEC979, 0xCCA6C0B2, 0x304A0979, 0x85AA43D4,
	0x783125BB, 0x6CA8EAA2, 0xE407EAC6, 0x4B5CFC3E, 0x9FBF8C76, 0x15CA20BE, 0xF2CA9FD3, 0x959BD756,
}

// checksumOf computes the checksum that PostgreSQL stores in a page: 32 lanes of FNV-1a over its words, mixed with the page's
// number in its relation. The stored checksum is read as zero.
func checksumOf(page []byte, number uint32) uint16 {
	sums := laneSeeds
	for at := 0; at < len(page); at += 4 * checksumLanes {
		for lane := range sums {
			from := at + 4*lane
			word := binary.LittleEndian.Uint32(page[from:])
			if from == checksumOffset {
				word &= 0xFFFF0000
			}
			sums[lane] = mix(sums[lane], word)
		}
	}
	result := uint32(0)
	for _, sum := range sums {
		result ^= mix(mix(sum, 0), 0)
	}
	return uint16((result^number)%65535) + 1
}

func mix(sum, word uint32) uint32 {
	mixed := sum ^ word
	return mixed*fnvPrime ^ mixed>>17
}
