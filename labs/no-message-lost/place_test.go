package streams

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlaceIsReadAsItWasWritten(t *testing.T) {
	for _, text := range []string{"0-0", "1764424989123-0", "1764424989123-7.4711", "18446744073709551615-18446744073709551615.9223372036854775807"} {
		p, err := parsePlace(text)
		require.NoError(t, err, text)
		require.Equal(t, text, p.String())
	}
	for _, text := range []string{"", "1", "1-", "-1", "a-b", "1-1.", "1-1.x", "1-1.-1", "1-1.1.1", "1-1~1-1", "18446744073709551616-0", "$", "+"} {
		_, err := parsePlace(text)
		require.Error(t, err, text)
	}
}

func TestPlacesAreInTheOrderOfTheStream(t *testing.T) {
	ids := []ID{{}, {0, 1}, {1, 0}, {1, math.MaxUint64}, {2, 0}}
	for i, a := range ids {
		for j, b := range ids {
			require.Equal(t, i > j, a.Compare(b) > 0, "%s %s", a, b)
		}
		if i > 0 {
			require.Negative(t, a.before().Compare(a))
		}
	}
	require.Equal(t, ID{1, math.MaxUint64}, ID{2, 0}.before())
	require.Equal(t, ID{}, ID{}.before(), "there is none before it")
}
