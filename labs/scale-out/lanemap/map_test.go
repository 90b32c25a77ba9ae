package lanemap

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/labs/scale-out/lane"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const text = `# two sets

set set-a 10.0.0.1:6379 10.0.0.2:6379 10.0.0.3:6379
  set set-b 10.0.1.1:6379
lane 17 set-a 2
lane 86 set-b 1
`

func parse(t *testing.T, text string) *Map {
	t.Helper()
	m, err := Parse(strings.NewReader(text))
	require.NoError(t, err)
	return m
}

func TestLanesFollowTheRuleButForThoseThatHaveMoved(t *testing.T) {
	m := parse(t, text)
	for l, want := range map[lane.Lane]Place{0: {}, 1: {Set: 1}, 17: {Set: 0, Move: 2}, 86: {Set: 1, Move: 1}, 255: {Set: 1}, lane.Everybody: {}} {
		require.Equal(t, want, m.Of(l), "lane %d", l)
	}
	m = parse(t, text+"set set-c 10.0.2.1:6379\n")
	require.Equal(t, Place{}, m.Of(lane.Everybody), "on the first of three sets, too")
}

func TestMapIsReadAsItIsWritten(t *testing.T) {
	m := parse(t, text)
	written := m.String()
	require.Equal(t, "set set-a 10.0.0.1:6379 10.0.0.2:6379 10.0.0.3:6379\nset set-b 10.0.1.1:6379\nlane 17 set-a 2\nlane 86 set-b 1\n", written)
	require.Equal(t, m, parse(t, written))
}

// Two programs note moves; the one that is late must not undo the other.
func TestLaterMoveCounts(t *testing.T) {
	m := parse(t, text)
	m.Move(17, Place{Set: 1, Move: 3})
	m.Move(17, Place{Set: 0, Move: 2})
	require.Equal(t, Place{Set: 1, Move: 3}, m.Of(17))
	m.Move(lane.Everybody, Place{Set: 1, Move: 1})
	require.Equal(t, Place{}, m.Of(lane.Everybody), "it stays on the first set")
}

func TestReplicaOfANodeIsOneThatEachSetHas(t *testing.T) {
	m := parse(t, text)
	for nth, want := range map[int]string{0: "10.0.0.1:6379", 1: "10.0.0.2:6379", 2: "10.0.0.3:6379"} {
		addr, err := m.Sets[0].At(nth)
		require.NoError(t, err)
		require.Equal(t, want, addr)
	}
	require.NoError(t, m.Check(0))
	require.EqualError(t, m.Check(1), "set set-b has 0 replicas, and no replica 1: name another, or write it into the map")
	require.EqualError(t, m.Check(3), "set set-a has 2 replicas, and no replica 3: name another, or write it into the map")
	require.Error(t, m.Check(-1))
}

func TestMistakeInTheMapIsToldWithItsLine(t *testing.T) {
	const set = "set a 127.0.0.1:6379\n"
	for text, want := range map[string]string{
		"":                       "the map has no set: write one as in: set set-a 127.0.0.1:6379 127.0.0.1:6380",
		"# nothing\n":            "the map has no set: write one as in: set set-a 127.0.0.1:6379 127.0.0.1:6380",
		"set a\n":                "line 1 of the map: want: set NAME MASTER [REPLICA]…, or lane LANE NAME MOVE",
		"sets a b\n":             "line 1 of the map: want: set NAME MASTER [REPLICA]…, or lane LANE NAME MOVE",
		set + "\n" + set:         "line 3 of the map: the set a is there twice",
		set + "lane 1 a":         "line 2 of the map: want: set NAME MASTER [REPLICA]…, or lane LANE NAME MOVE",
		set + "lane 1 b 1":       `line 2 of the map: no set is named "b" in the map`,
		set + "lane 256 a 1":     `line 2 of the map: lane "256": want 0 to 255 (256 is for everybody, and stays on the first set)`,
		set + "lane -1 a 1":      `line 2 of the map: lane "-1": want 0 to 255 (256 is for everybody, and stays on the first set)`,
		set + "lane 1 a 0":       `line 2 of the map: move "0" is no number from 1`,
		set + "lane 1 a one":     `line 2 of the map: move "one" is no number from 1`,
		"lane 1 a 1\n" + set:     `line 1 of the map: no set is named "a" in the map`,
		set + "lane 1 a 1 soon":  "line 2 of the map: want: set NAME MASTER [REPLICA]…, or lane LANE NAME MOVE",
		strings.Repeat("x", 1e5): "bufio.Scanner: token too long",
	} {
		_, err := Parse(strings.NewReader(text))
		require.EqualError(t, err, want, "%.40q", text)
	}
}

func TestMapIsWrittenWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "sets.map")
	m := parse(t, text)
	require.NoError(t, m.Write(file))
	m.Move(1, Place{Set: 0, Move: 1})
	require.NoError(t, m.Write(file))
	read, err := Read(file)
	require.NoError(t, err)
	require.Equal(t, m, read)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing is left of the writing")

	require.NoError(t, os.Mkdir(filepath.Join(dir, "taken"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "taken", "file"), nil, 0o600))
	require.ErrorContains(t, m.Write(filepath.Join(dir, "taken")), "write the map "+filepath.Join(dir, "taken")+": ")
	left, err = os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 2, "nothing is left of what could not be written")
	require.ErrorContains(t, m.Write(filepath.Join(dir, "no", "folder")), "write the map: ")
}

func TestFileThatCannotBeReadIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sets.map")
	_, err := Read(file)
	require.ErrorContains(t, err, "read the map: open "+file)
	require.NoError(t, os.WriteFile(file, []byte("sets"), 0o600))
	_, err = Read(file)
	require.ErrorContains(t, err, "read the map "+file+": line 1 of the map: want")
}

func TestStateIsReadAsItIsWritten(t *testing.T) {
	m := parse(t, text)
	const said = "rev 1764450000000\n17 set-b 1\n18 set-b 3 soon\n"
	s, err := m.ParseState(said)
	require.NoError(t, err)
	require.Equal(t, State{Revision: 1764450000000, Moves: map[lane.Lane]Move{
		17: {To: Place{Set: 1, Move: 1}},
		18: {To: Place{Set: 1, Move: 3}, Soon: true},
	}}, s)
	require.Equal(t, said, m.FormatState(s))
	s, err = m.ParseState("")
	require.NoError(t, err, "a master that has said nothing")
	require.Empty(t, s.Moves)
}

// A node that does not understand a word publishes nothing there: so none may be passed over.
func TestWordOfAMasterThatIsNotUnderstoodIsRefused(t *testing.T) {
	m := parse(t, text)
	for said, want := range map[string]string{
		"rev now":              `the state of a set: revision "now" is no number`,
		"17 set-b":             `the state of a set: "17 set-b" is no move`,
		"17 set-b 1 tomorrow":  `the state of a set: "17 set-b 1 tomorrow" is no move`,
		"17 set-b 1 soon soon": `the state of a set: "17 set-b 1 soon soon" is no move`,
		"17 set-c 1":           `the state of a set: no set is named "set-c" in the map`,
		"256 set-b 1":          `the state of a set: lane "256": want 0 to 255 (256 is for everybody, and stays on the first set)`,
		"17 set-b 0":           `the state of a set: move "0" is no number from 1`,
		"rev 1\n\n":            `the state of a set: "\n" is no move`,
	} {
		_, err := m.ParseState(said)
		require.EqualError(t, err, want, "%q", said)
	}
}
