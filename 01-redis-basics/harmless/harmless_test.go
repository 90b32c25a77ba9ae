package harmless_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/01-redis-basics/harmless"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWhatATerminalWouldObeyIsEscaped(t *testing.T) {
	for text, want := range map[string]string{
		"\x1b[2J\x1b]0;title\a":          `\x1b[2J\x1b]0;title\a`,
		"\u009b31m":                      `\u009b31m`, // C1, as UTF-8
		"\x9b31m":                        `\x9b31m`,   // and as a byte
		"caf\xe9":                        `caf\xe9`,
		"a\r\nb\tc\x00\x7f":              `a\r\nb\tc\x00\x7f`,
		"\u202eevil\u202c \u2066x\u2069": `\u202eevil\u202c \u2066x\u2069`,
		"a\u2028b\ufeff":                 `a\u2028b\ufeff`,
		"\U000e0041":                     `\U000e0041`,
		"こんにちは　世界 👩‍💻 é Grüße می\u200cخواهم \ufffd": "こんにちは　世界 👩‍💻 é Grüße می\u200cخواهم \ufffd",
		"": "",
	} {
		require.Equal(t, want, harmless.Text(text), "%q", text)
	}
}

func TestLinesStayLines(t *testing.T) {
	require.Equal(t, "a\tb\n\\x1bc\n\nd", harmless.Lines("a\tb\n\x1bc\n\nd"))
	require.Equal(t, "a\\r\n", harmless.Lines("a\r\n"))
	require.Empty(t, harmless.Lines(""))
}

func TestQuotedTextShowsItsEnds(t *testing.T) {
	for text, want := range map[string]string{
		"I am publisher":   `"I am publisher"`,
		` "a\b" ` + "\x1b": `" \"a\\b\" \x1b"`,
		"👩‍💻　é":            `"👩‍💻　é"`,
	} {
		require.Equal(t, want, harmless.Quote(text))
	}
}

// A program that reads the line gets what was sent.
func TestJSONStaysTheSameValue(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":"\u001b[2J","b":[1,2.50]}`: `{"a":"\u001b[2J","b":[1,2.50]}`,
		"{\"a\":\r\n\t[1, 2]}":           `{"a":[1,2]}`,
		"\"\u202e \u009b \x7f \u2028\"":  `"\u202e \u009b \u007f \u2028"`,
		"\"\U000e0041 👩‍💻 é\"":           `"\udb40\udc41 👩‍💻 é"`,
		"\"\\\\\u202e\"":                 `"\\\u202e"`,
		"\"caf\xe9\"":                    `"caf\ufffd"`,
		"{\"\u202e\":1}":                 `{"\u202e":1}`,
	} {
		line := harmless.JSON([]byte(text))
		require.Equal(t, want, line)
		var sent, read any
		require.NoError(t, json.Unmarshal([]byte(text), &sent))
		require.NoError(t, json.Unmarshal([]byte(line), &read))
		require.Equal(t, sent, read)
	}
	require.Equal(t, `{\x1b\n`, harmless.JSON([]byte("{\x1b\n")), "no JSON")
	require.Equal(t, `\x1b`, harmless.JSON([]byte("\x1b")), "no JSON")
}

func FuzzNothingIsObeyed(f *testing.F) {
	f.Add("\x1b\u202e\n👩‍💻\xff\U000e0041")
	f.Fuzz(func(t *testing.T, s string) {
		require.NotRegexp(t, `[\p{Cc}\p{Zl}\p{Zp}\x{202a}-\x{202e}\x{2066}-\x{2069}]`, harmless.Text(s))
		require.Equal(t, harmless.Text(s), harmless.Text(harmless.Text(s)), "what is harmless stays")
		text, err := json.Marshal(s)
		require.NoError(t, err)
		var read, want string
		require.NoError(t, json.Unmarshal([]byte(harmless.JSON(text)), &read))
		require.NoError(t, json.Unmarshal(text, &want))
		require.Equal(t, want, read)
	})
}

func Example() {
	const published = "hello\x1b[2J\nalice: I agree" // it clears the screen, and forges a line
	fmt.Println(harmless.Text(published))
	fmt.Println(harmless.JSON([]byte("{\"data\":\"\u202eevil\"}")))
	// Output:
	// hello\x1b[2J\nalice: I agree
	// {"data":"\u202eevil"}
}
