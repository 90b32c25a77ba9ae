package programs

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// hostile is text that a terminal would obey: it sets the window's title, clears the screen, asks the terminal to answer;
// C1 as UTF-8 and as a byte; text that runs backwards; a line's end, and with it a forged line. Behind it stands text
// that everybody may write.
const (
	hostile  = "\x1b]0;title\a\x1b[2J\x1b[6n\u009b31m\x9b31m\u202eevil\u2066\u2028"
	forged   = "\r\nforged: a line of its own\n"
	ordinary = "世界　👩‍💻 é"
)

// redisServer answers each command, its name in lower case.
func redisServer(t *testing.T, answer func(words []string) string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var connections sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	connections.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[conn] = true
			mu.Unlock()
			connections.Go(func() {
				defer conn.Close()
				commands := bufio.NewReader(conn)
				for {
					words, err := readCommand(commands)
					if err != nil {
						return
					}
					if _, err := io.WriteString(conn, answer(words)); err != nil {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for conn := range open {
			conn.Close()
		}
		mu.Unlock()
		connections.Wait()
	})
	return l.Addr().String()
}

// readCommand reads an array of strings, as clients send commands.
func readCommand(r *bufio.Reader) (words []string, err error) {
	length := func() (n int, err error) {
		line, err := r.ReadString('\n')
		if err == nil {
			n, err = strconv.Atoi(strings.TrimSpace(line[1:]))
		}
		return n, err
	}
	n, err := length()
	for range n {
		size, err := length()
		if err != nil {
			return nil, err
		}
		word := make([]byte, size+2)
		if _, err := io.ReadFull(r, word); err != nil {
			return nil, err
		}
		words = append(words, string(word[:size]))
	}
	if len(words) > 0 {
		words[0] = strings.ToLower(words[0])
	}
	return words, err
}

// confirmed answers SUBSCRIBE and PSUBSCRIBE.
func confirmed(words []string) (all string) {
	for i, name := range words[1:] {
		all += "*3\r\n" + bulk(words[0]) + bulk(name) + fmt.Sprintf(":%d\r\n", i+1)
	}
	return all
}

func bulk(s string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s) }

// The servers that a program may meet.
var servers = map[string]func(words []string) string{
	"refuses everything": func([]string) string { return "-ERR " + hostile + ordinary + "\r\n" },
	"wants a password":   func([]string) string { return "-NOAUTH " + hostile + "\r\n" },
	"permits nothing": func(words []string) string {
		if words[0] == "hello" {
			return "-ERR unknown command\r\n"
		}
		return "-NOPERM " + hostile + "\r\n"
	},
	"is a replica": func(words []string) string {
		switch words[0] {
		case "hello":
			return "-ERR unknown command\r\n"
		case "role":
			return "*5\r\n" + bulk("slave") + bulk(hostile+forged) + ":6379\r\n" + bulk(hostile+forged) + ":1\r\n"
		case "ping":
			return "+PONG\r\n"
		case "subscribe", "psubscribe":
			return confirmed(words) +
				strings.Repeat("*3\r\n"+bulk("message")+bulk(words[1])+bulk(hostile+forged+ordinary), 2)
		}
		return "-READONLY " + hostile + "\r\n"
	},
	"is a master": func(words []string) string {
		switch words[0] {
		case "hello":
			return "-ERR unknown command\r\n"
		case "role":
			return "*3\r\n" + bulk("master") + ":1\r\n*0\r\n"
		case "info":
			return bulk("redis_version:5.0.0" + hostile + "\r\n")
		case "ping":
			return "+" + hostile + "\r\n"
		case "set":
			return "-ERR " + hostile + "\r\n"
		case "publish":
			return ":0\r\n"
		case "subscribe":
			return confirmed(words) +
				strings.Repeat("*3\r\n"+bulk("message")+bulk(words[1])+bulk(hostile+forged+ordinary), 2)
		case "psubscribe":
			return confirmed(words) +
				"*4\r\n" + bulk("pmessage") + bulk(words[1]) + bulk(hostile+forged) + bulk(hostile+forged+ordinary)
		}
		return "+" + hostile + "\r\n"
	},
	"speaks something else": func([]string) string { return hostile + forged },
}

// short is hostile as a text that must be UTF-8.
var short = strings.ReplaceAll(hostile, "m\x9b", "m")

// requireHarmless looks at all that a program has printed.
func requireHarmless(t *testing.T, printed string, what ...any) {
	t.Helper()
	require.NotRegexp(t, `[\x{202a}-\x{202e}\x{2066}-\x{2069}\x{2028}]`, printed, what)
	for i, r := range printed {
		command := r != '\n' && r != '\t' && (r < ' ' || r >= 0x7f && r < 0xa0) || r == '\ufffd'
		require.False(t, command, "%q at byte %d of %q: %v", r, i, printed, what)
	}
	require.NotContains(t, "\n"+printed, "\nforged", what)
}

func TestNoServerCommandsTheTerminal(t *testing.T) {
	for name, answer := range servers {
		addr := redisServer(t, answer)
		host, port, err := net.SplitHostPort(addr)
		require.NoError(t, err)
		for _, args := range [][]string{
			{"tour", "-redis", addr, "strings"},
			{"tour", "-redis", addr, "-wire", "strings"},
			{"check", addr},
			{"publish", "-redis", addr, "channel", hostile},
			{"publish", "-redis", addr, "-n", "3", hostile, "message"},
			{"emit", "-redis", addr, hostile + "\n"},
			{"emit", "-redis", addr, "-wait", "1", "message", "data"},
			{"subscribe", "-redis", addr, "-count", "2", hostile},
			{"subscribe", "-redis", addr, "-count", "1", "-lang", "ja", "-pattern", "*"},
			{"subscribe", "-redis", addr, "-count", "1", "-master", addr, "channel"},
			{"node", "-pub-host", host, "-pub-port", port, "-port", "0", "-log-level", "debug"},
		} {
			t.Run(name+"/"+args[0], func(t *testing.T) {
				t.Parallel()
				stdout, stderr := runOrInterrupt(t, args[0], args[1:])
				requireHarmless(t, stdout)
				requireHarmless(t, stderr)
				require.NotEmpty(t, stdout+stderr)
				if args[0] == "subscribe" && name == "is a master" {
					require.Contains(t, stdout, ordinary, "what can be seen stays")
				}
			})
		}
	}
}

// node is a chat node that says what it likes.
func node(t *testing.T, handle func(http.ResponseWriter, *http.Request)) (url string) {
	s := httptest.NewServer(http.HandlerFunc(handle))
	t.Cleanup(s.Close)
	return s.URL
}

func TestNoNodeCommandsTheTerminal(t *testing.T) {
	// JSON allows no C0 in a string.
	quoted := strings.NewReplacer("\x1b", `\u001b`, "\a", `\u0007`, "\r", `\r`, "\n", `\n`)
	strange := quoted.Replace(short + forged + ordinary)
	welcome := `{"event":"$welcome","data":{"id":"a","name":"` + strange + `","room":"` + strange + `","node":"` + strange + `"}}`
	frames := []string{
		welcome,
		`{"event":"message","from":"` + strange + `","data":"` + strange + `"}`,
		"{\"event\":\"message\",\r\n\t\"from\":\"" + strange + `","data":{"` + strange + `":["` + strange + `"]}}`,
		`{"event":"` + strange + `","data":"` + strange + `"}`,
		`{"event":"$presence","data":{"count":1,"present":["` + strange + `"]}}`,
		`{"event":"$error","data":{"code":"` + strange + `","text":"` + strange + `"}}`,
		`{"event":"$degraded","data":{"text":"` + strange + `"}}`,
	}
	speaks := func(frames []string, text string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			conn, err := new(websocket.Upgrader).Upgrade(w, r, nil)
			if err != nil {
				return
			}
			defer conn.Close()
			for _, f := range frames {
				_ = conn.WriteMessage(websocket.TextMessage, []byte(f))
			}
			_ = conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(4000, text))
			_, _, _ = conn.ReadMessage()
		}
	}
	for name, handle := range map[string]func(http.ResponseWriter, *http.Request){
		"refuses":           func(w http.ResponseWriter, _ *http.Request) { http.Error(w, hostile+ordinary, http.StatusForbidden) },
		"refuses the name":  func(w http.ResponseWriter, _ *http.Request) { http.Error(w, hostile, http.StatusBadRequest) },
		"has another page":  func(w http.ResponseWriter, _ *http.Request) { http.Error(w, hostile+forged, http.StatusNotFound) },
		"speaks":            speaks(frames, short),
		"greets otherwise":  speaks([]string{`{"event":"` + strange + `"}`}, short),
		"speaks no JSON":    speaks([]string{welcome, strange}, short),
		"closes at once":    speaks(nil, short),
		"speaks nonsense":   speaks([]string{`{"event":"$welcome","data":"` + strange + `"}`}, short),
		"data is no object": speaks([]string{welcome, `{"event":["` + strange + `"]}`}, short),
	} {
		for _, args := range [][]string{{"-name", "bob"}, {"-json"}} {
			t.Run(name+args[0], func(t *testing.T) {
				t.Parallel()
				stdout, stderr := runOrInterrupt(t, "talk", append(args, node(t, handle)))
				requireHarmless(t, stdout)
				requireHarmless(t, stderr)
				require.NotEmpty(t, stdout+stderr)
				if name == "speaks" {
					require.Contains(t, stdout, ordinary, "what can be seen stays")
				}
				if args[0] == "-json" {
					for line := range strings.Lines(stdout) {
						require.JSONEq(t, line, line)
					}
				}
			})
		}
	}
}

// The system prints each message, whoever has published it.
func TestNoMessageCommandsTheTerminal(t *testing.T) {
	args := []string{"-redis", "embedded", "-nodes", "1", "-ports", "0", "-redis-ports", "0,0", "-map", "0", "-log-level", "debug"}
	stdout, stderr := runUntil(t, "system", args, regexp.MustCompile("title[^\n]*"+ordinary), func(system *heard) {
		node := system.find(t, `talk -name alice (\S+) `) // whose log has the message
		_, why := run(t, "talk", nil, []string{"-name", "bob", node}, short+ordinary+"\n")
		require.NotContains(t, why, "not acknowledged")
		master := system.find(t, `emit -redis (\S+) message`)
		_, why = run(t, "emit", nil, []string{"-redis", master, "-to", short + forged, "-except", short, short + "\n", ordinary + short + forged}, "")
		require.Empty(t, why)
	})
	requireHarmless(t, stdout)
	requireHarmless(t, stderr)
}

// What is on the command line or typed may come from elsewhere: it is pasted.
func TestNoArgumentCommandsTheTerminal(t *testing.T) {
	_, names, err := names()
	require.NoError(t, err)
	for _, name := range names {
		for _, args := range [][]string{{"-" + hostile}, {hostile + forged, "-x"}, {"-redis", hostile + forged}, {"-x=" + hostile}, {"-peers", "http://" + hostile}, {"http://[" + hostile}} {
			if name == "subscribe" && !strings.HasPrefix(args[0], "-") {
				continue // a channel, for whose messages it would wait
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				stdout, stderr := run(t, name, []string{"LOG_LEVEL=" + hostile}, args, "")
				requireHarmless(t, stdout+stderr)
				require.NotEmpty(t, stderr)
			})
		}
	}
}
