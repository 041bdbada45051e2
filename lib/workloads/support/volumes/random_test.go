package volumes

import (
	"encoding/hex"
	"testing"
)

func TestFillRandomWritesTheKnownStream(t *testing.T) {
	// The TypeScript tests have the same vectors.
	for _, known := range []struct {
		seed, sequence uint64
		want           string
	}{
		{1, 0, "3e38551ae8b89f245676026216bbecc90ba9"},
		{20260101, 32768, "10a041262c738c91801a95125b0a171cfc4d"},
		{1<<53 - 1, 1<<53 - 1, "22acd01ccd2aea66fd93071684ee9cea9d43"},
	} {
		payload := make([]byte, 18)
		FillRandom(payload, known.seed, known.sequence)
		if got := hex.EncodeToString(payload); got != known.want {
			t.Errorf("FillRandom(%d, %d) = %s, want %s", known.seed, known.sequence, got, known.want)
		}
	}
}
