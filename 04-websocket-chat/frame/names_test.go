package frame

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNames(t *testing.T) {
	for what, test := range map[string]struct {
		name  string
		valid bool
	}{
		"a name":             {"alice", true},
		"32 characters":      {strings.Repeat("本", 32), true},
		"33 characters":      {strings.Repeat("x", 33), false},
		"a space within":     {"alice b", true},
		"other letters":      {"Zoë 🙂", true},
		"a family":           {"👨\u200d👩\u200d👧", true},
		"Persian":            {"می\u200cخواهم", true},
		"HTML":               {"<script>alert(1)", true},
		"empty":              {"", false},
		"a newline":          {"a\nb", false},
		"zero":               {"\x00", false},
		"not UTF-8":          {"\xff", false},
		"it turns the text":  {"a\u202eb", false},
		"only a joiner":      {"\u200d", false},
		"alice and a joiner": {"alice\u200d", false},
		"only spaces":        {"  ", false},
		"joined spaces":      {" \u200c ", false},
	} {
		require.Equal(t, test.valid, ValidName(test.name), what)
	}
}

func TestRooms(t *testing.T) {
	for what, test := range map[string]struct {
		room  string
		valid bool
	}{
		"a room":             {"go", true},
		"64 bytes":           {strings.Repeat("x", 64), true},
		"65 bytes":           {strings.Repeat("x", 65), false},
		"16 of four bytes":   {strings.Repeat("🙂", 16), true},
		"64 of four bytes":   {strings.Repeat("🙂", 64), false},
		"66 bytes":           {strings.Repeat("本", 22), false},
		"a family":           {"👨\u200d👩\u200d👧", true},
		"empty":              {"", false},
		"a space":            {" ", false},
		"a tab":              {"a\tb", false},
		"not UTF-8":          {"\xc3", false},
		"it turns the text":  {"a\u202eb", false},
		"the form of an id":  {"abcdefghij-_ABCDEF12", false},
		"an id":              {NewID(), false},
		"19 of that form":    {"abcdefghij-_ABCDEF1", true},
		"21 of that form":    {"abcdefghij-_ABCDEF123", true},
		"20 of another form": {"abcdefghij.ABCDEFG12", true},
	} {
		require.Equal(t, test.valid, ValidRoom(test.room), what)
	}
}

func TestPorts(t *testing.T) {
	for address, valid := range map[string]bool{
		"http://h": true, "http://h:1": true, "http://h:65535": true, "http://[::1]:3000": true,
		"http://h:": false, "http://h:0": false, "http://h:65536": false, "http://h:99999999999999999999": false,
	} {
		u, err := url.Parse(address)
		require.NoError(t, err)
		require.Equal(t, valid, ValidPort(u), address)
	}
}
