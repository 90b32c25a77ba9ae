package pack

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNumberLeavesAsItCame(t *testing.T) {
	for _, same := range []string{
		"1e20", "-1e20", "1e15", "1e5", "1e-5", "5e-324", "1.7976931348623157e308", "1.5e300",
		"10000", "0.0001", "1000000000000000", "100000", "1764414182926", "0.000123456789", "123456.789", "0.0000123456789", "1.25", "-0", "18446744073709551615",
	} {
		got, err := through(t, same)
		require.NoError(t, err)
		require.Equal(t, same, got)
	}
	for in, out := range map[string]string{ // what MessagePack does not carry
		"1E+20": "1e20", "100000000000000000000": "1e20", "1e4": "10000", "1e-4": "0.0001", "0.00001": "1e-5", "1.0": "1", "1.50": "1.5",
	} {
		got, err := through(t, in)
		require.NoError(t, err)
		require.Equal(t, out, got)
	}
}

// Readers must not be sent much more than a client may send.
func TestNoNumberGrowsByMoreThanFourBytes(t *testing.T) {
	for _, mantissa := range []string{"1", "-1", "12", "1.2", "123", "0.1", "12345", "1234567890123456", "9007199254740993"} {
		for exponent := -330; exponent <= 290; exponent++ {
			in := mantissa + "e" + strconv.Itoa(exponent)
			got, err := through(t, in)
			require.NoError(t, err)
			require.LessOrEqual(t, len(got), len(in)+4, "%s became %s", in, got)
			isWorth(t, in, got)
		}
	}
}

func isWorth(t *testing.T, in, out string) {
	t.Helper()
	var before, after float64
	require.NoError(t, json.Unmarshal([]byte(in), &before))
	require.NoError(t, json.Unmarshal([]byte(out), &after))
	require.Equal(t, math.Float64bits(before), math.Float64bits(after), "%s became %s", in, out)
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"1e20", "-0.00001", "1E5", "123456789012345678901", "4.9e-324"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var before float64
		if json.Unmarshal([]byte(text), &before) != nil || strings.ContainsAny(text, "nul \n\r\t") || math.Abs(before) > 1<<53 && !strings.ContainsAny(text, ".eE") {
			return // no number; or an integer that is more exact than a float64
		}
		got, err := through(t, text)
		require.NoError(t, err)
		require.LessOrEqual(t, len(got), len(text)+4, "%s became %s", text, got)
		isWorth(t, text, got)
	})
}

func TestStringsDoNotGrow(t *testing.T) {
	const text = `"\b\f\n\r\t\"\\"`
	got, err := through(t, text)
	require.NoError(t, err)
	require.Equal(t, text, got)
}
