package talk

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// screen is an output that a test can read while a program writes it.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func (s *screen) shows(t *testing.T, text string) {
	t.Helper()
	require.True(t, chattest.WaitFor(func() bool { return strings.Contains(s.String(), text) }), "never shown: %s", text)
}

// talker is a Run under way, with a keyboard and two screens.
type talker struct {
	keys     io.WriteCloser
	out, err screen
	ended    chan error
}

// talking runs one, as patient as the test where the test says nothing else.
func talking(t *testing.T, o Options) *talker {
	t.Helper()
	o.Patience = cmp.Or(o.Patience, chattest.Patience)
	in, keys := io.Pipe()
	k := &talker{keys: keys, ended: make(chan error, 1)}
	o.In, o.Out, o.Err = in, &k.out, &k.err
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		k.ended <- Run(ctx, o)
	}()
	t.Cleanup(func() {
		cancel()
		keys.Close()
		<-done
	})
	return k
}

func (k *talker) types(t *testing.T, line string) {
	t.Helper()
	_, err := fmt.Fprintln(k.keys, line)
	require.NoError(t, err)
}

// node is a hub that listens, and that gives its clients hours for all that they must do in time.
func node(t *testing.T, name string) (*chat.Hub, string) {
	t.Helper()
	hub, err := chat.NewHub(chat.Options{Node: name, PingInterval: time.Hour, PongTimeout: 2 * time.Hour, WriteTimeout: time.Hour, CloseTimeout: time.Hour})
	require.NoError(t, err)
	s := httptest.NewServer(hub)
	t.Cleanup(func() {
		hub.Drain(context.Background(), 100*time.Millisecond)
		s.Close()
	})
	return hub, s.URL
}

// talkLines is Run over input that ends.
func talkLines(url string, o Options, lines ...string) (out, errOut string, err error) {
	o.Patience = cmp.Or(o.Patience, chattest.Patience)
	var outText, errText screen
	o.URLs = append([]string{url}, o.URLs...)
	o.In, o.Out, o.Err = strings.NewReader(strings.Join(lines, "\n")), &outText, &errText
	err = Run(context.Background(), o)
	return outText.String(), errText.String(), err
}

func TestWhatOneTypesTheOthersSee(t *testing.T) {
	_, url := node(t, "n1")
	bob := talking(t, Options{URLs: []string{url}, Name: "bob"})
	bob.err.shows(t, "connected to node n1 as bob in room lobby")
	alice := talking(t, Options{URLs: []string{url}, Name: "alice"})
	alice.types(t, "hello")
	bob.out.shows(t, "alice: hello\n")
	bob.types(t, "hello yourself")
	alice.out.shows(t, "bob: hello yourself\n")
	require.NotContains(t, alice.out.String(), "alice: hello", "the sender does not hear itself")
	require.NoError(t, alice.keys.Close())
	require.NoError(t, <-alice.ended)
}

func TestTalkEndsOnlyWhenTheLastLineIsAcknowledged(t *testing.T) {
	asked, answer := make(chan struct{}), make(chan struct{})
	url := chattest.Scripted(t, func(conn *websocket.Conn) {
		_, _, _ = conn.ReadMessage()
		close(asked)
		<-answer
		_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"event":"$ack","id":1}`))
		_, _, _ = conn.ReadMessage()
	})
	k := talking(t, Options{URLs: []string{url}})
	k.types(t, "hello")
	require.NoError(t, k.keys.Close())
	<-asked
	require.Empty(t, k.ended)
	close(answer)
	require.NoError(t, <-k.ended)
}

func TestTalkGoesOnToTheNextNode(t *testing.T) {
	first, firstURL := node(t, "n1")
	_, secondURL := node(t, "n2")
	bob := talking(t, Options{URLs: []string{secondURL}, Name: "bob"})
	bob.err.shows(t, "connected")
	alice := talking(t, Options{URLs: []string{firstURL, secondURL}, Name: "alice"})
	alice.err.shows(t, "connected to node n1")
	first.Drain(t.Context(), time.Hour)
	alice.err.shows(t, "1001")
	alice.err.shows(t, "connected to node n2")
	alice.types(t, "still here")
	bob.out.shows(t, "alice: still here")
}

func TestLineThatMayHaveArrivedIsNotSentTwice(t *testing.T) {
	url := chattest.Scripted(t, func(conn *websocket.Conn) { _, _, _ = conn.ReadMessage() }) // takes it and vanishes
	_, second := node(t, "n1")
	bob := talking(t, Options{URLs: []string{second}, Name: "bob"})
	bob.err.shows(t, "connected")
	_, errOut, err := talkLines(url, Options{URLs: []string{second}}, "one", "two")
	require.NoError(t, err, "the input has ended")
	require.Contains(t, errOut, `not acknowledged, so it may have arrived or not: "one"`)
	require.Contains(t, errOut, "talk: 1 of 2 lines were not acknowledged: those named above\n")
	bob.out.shows(t, ": two")
	require.NotContains(t, bob.out.String(), ": one")
}

func TestLineThatTheNodeRefusesIsToldInTheNodesWords(t *testing.T) {
	const text = "not sent: too much waits for the master already; try again in a moment"
	url := chattest.Scripted(t, func(conn *websocket.Conn) {
		_, _, _ = conn.ReadMessage()
		_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"event":"$error","id":1,"data":{"code":"unavailable","text":"`+text+`"}}`))
		_, _, _ = conn.ReadMessage()
	})
	out, errOut, err := talkLines(url, Options{}, "hello")
	require.NoError(t, err, "the input has ended")
	require.Contains(t, errOut, `talk: "hello": `+text+"\ntalk: 1 of 1 lines were not acknowledged")
	require.NotContains(t, errOut, "may have arrived", "it has not")
	require.Empty(t, out, "told once")
}

func TestTalkPrintsFramesAsTheyAre(t *testing.T) {
	const frame = `{"event":"x","from":"a\u001bb","data":9007199254740993}`
	url := chattest.Scripted(t, func(conn *websocket.Conn) {
		_ = conn.WriteMessage(websocket.TextMessage, []byte(frame))
		_, _, _ = conn.ReadMessage()
	})
	k := talking(t, Options{URLs: []string{url}, JSON: true})
	k.out.shows(t, frame+"\n")
	require.True(t, strings.HasPrefix(k.out.String(), `{"event":"$welcome",`), k.out.String())
}

func TestTalkSaysWhyItCannotBegin(t *testing.T) {
	_, url := node(t, "n1")
	_, _, err := talkLines(url, Options{Name: strings.Repeat("x", 33)})
	require.EqualError(t, err, frame.NameRule)
	_, _, err = talkLines("http://127.0.0.1:1", Options{})
	require.ErrorContains(t, err, "dial ws://127.0.0.1:1/ws")
	_, _, err = talkLines("http://127.0.0.1:1", Options{URLs: []string{"http://127.0.0.1:2"}})
	require.ErrorContains(t, err, "none of 2 nodes")
}

func TestLeavingIsNoError(t *testing.T) {
	_, url := node(t, "n1")
	in, keys := io.Pipe()
	defer keys.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var out, errOut screen
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, Options{URLs: []string{url}, In: in, Out: &out, Err: &errOut}) }()
	errOut.shows(t, "connected")
	cancel()
	require.NoError(t, <-ended)
}
