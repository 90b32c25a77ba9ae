package pubsub

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

func TestReplies(t *testing.T) {
	long := strings.Repeat("long\r\n", 20_000)
	patterns := []string{"a*", "news*"}
	for name, test := range map[string]struct {
		sent string
		want []Event
		err  string
	}{
		"a message":     {message("news", "hi"), []Event{{Kind: Message, Channel: "news", Payload: "hi"}}, "EOF"},
		"any bytes":     {message("a\r\nb", "\r\n$-1\r\n\x00\xff"), []Event{{Kind: Message, Channel: "a\r\nb", Payload: "\r\n$-1\r\n\x00\xff"}}, "EOF"},
		"nothing in it": {message("", ""), []Event{{Kind: Message}}, "EOF"},
		"longer than any buffer": {message(long, long) + message("news", "hi"),
			[]Event{{Kind: Message, Channel: long, Payload: long}, {Kind: Message, Channel: "news", Payload: "hi"}}, "EOF"},
		"a pattern": {"*4\r\n$8\r\npmessage\r\n$5\r\nnews*\r\n$6\r\nnews:x\r\n$2\r\nhi\r\n",
			[]Event{{Kind: Message, Pattern: "news*", Channel: "news:x", Payload: "hi"}}, "EOF"},
		"a pong":               {"*2\r\n$4\r\npong\r\n$0\r\n\r\n" + message("news", "hi"), []Event{{}, {Kind: Message, Channel: "news", Payload: "hi"}}, "EOF"},
		"a pong in one line":   {"+PONG\r\n" + message("news", "hi"), []Event{{}, {Kind: Message, Channel: "news", Payload: "hi"}}, "EOF"},
		"a channel is added":   {"*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n", []Event{{Kind: Added, Channel: "news"}}, "EOF"},
		"a shard's message":    {"*3\r\n$8\r\nsmessage\r\n$4\r\nnews\r\n$2\r\nhi\r\n", []Event{{Kind: Message, Channel: "news", Payload: "hi"}}, "EOF"},
		"one of a shard":       {"*3\r\n$10\r\nssubscribe\r\n$4\r\nnews\r\n:1\r\n", []Event{{Kind: Added, Channel: "news"}}, "EOF"},
		"its slot has moved":   {"*3\r\n$12\r\nsunsubscribe\r\n$4\r\nnews\r\n:0\r\n", []Event{{Kind: removed, Channel: "news"}}, "EOF"},
		"another confirmation": {"*3\r\n$10\r\npsubscribe\r\n$1\r\n*\r\n:1\r\n", []Event{{}}, "EOF"},
		"null":                 {"*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n*-1\r\n", []Event{{Kind: removed}, {}}, "EOF"},
		"an error as answer":   {"-LOADING a dataset\r\n" + message("news", "hi"), []Event{{Err: errors.New("LOADING a dataset")}, {Kind: Message, Channel: "news", Payload: "hi"}}, "EOF"},
		"an error as element":  {"*3\r\n$7\r\nmessage\r\n$1\r\na\r\n-ERR no\r\n", nil, "not RESP2"},
		"half a message":       {strings.TrimSuffix(message("news", "hi"), "i\r\n"), nil, "unexpected EOF"},
		"no elements":          {"*3\r\n$7\r\nmessage\r\n", nil, "unexpected EOF"},
		"half a line":          {"*", nil, "unexpected EOF"},
		"another server":       {"HTTP/1.1 400 Bad Request\r\n", nil, "not RESP2"},
		"an empty line":        {"\r\n", nil, "not RESP2"},
		"no length":            {"*3\r\n$7\r\nmessage\r\n$x\r\n", nil, "not RESP2"},
		"no payload":           {"*3\r\n$7\r\nmessage\r\n$1\r\na\r\n:5\r\n", nil, "not RESP2"},
		"a length that lies":   {"*3\r\n$7\r\nmessage\r\n$99999999999999\r\n", nil, "not RESP2"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(test.sent), iotest.OneByteReader(strings.NewReader(test.sent))} {
				s := &replies{r: bufio.NewReaderSize(r, readBytes)}
				for _, want := range test.want {
					got, err := s.next(patterns)
					require.NoError(t, err)
					require.Equal(t, want, got)
				}
				_, err := s.next(patterns)
				require.ErrorContains(t, err, test.err)
			}
		})
	}
}

// Messages come as soon as the server has subscribed, in one piece with the confirmation: what go-redis
// read ahead would never be seen.
func TestMessagesRightBehindTheConfirmationArrive(t *testing.T) {
	const messages = 100
	ours, theirs := net.Pipe()
	defer ours.Close()
	client := redis.NewClient(&redis.Options{Addr: "192.0.2.1:6379", Dialer: func(context.Context, string, string) (net.Conn, error) {
		go func() {
			r := bufio.NewReader(ours)
			for {
				args, err := command(r)
				if err != nil {
					return
				}
				answer := "+OK\r\n"
				switch args[0] {
				case "hello":
					answer = "-ERR unknown command 'hello'\r\n"
				case "subscribe":
					answer = "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n"
					for i := range messages {
						answer += message("news", fmt.Sprint(i))
					}
				}
				_, _ = io.WriteString(ours, answer)
			}
		}()
		return theirs, nil
	}})
	defer client.Close()
	s, err := Subscribe(t.Context(), client, Options{Channels: []string{"news"}, ConnectTimeout: patience})
	require.NoError(t, err)
	for want := -1; want < messages-1; {
		events, err := s.Receive(t.Context())
		require.NoError(t, err)
		for _, e := range events {
			require.NotEqual(t, Disconnected, e.Kind, e.Err)
			if e.Kind == Message {
				want++
				require.Equal(t, fmt.Sprint(want), e.Payload)
			}
		}
	}
}

// endless is one message again and again.
type endless struct{ *bytes.Reader }

func (e endless) Read(b []byte) (int, error) {
	if e.Len() == 0 {
		_, _ = e.Seek(0, io.SeekStart)
	}
	return e.Reader.Read(b)
}

func TestAMessageIsOneAllocation(t *testing.T) {
	one := "*4\r\n$8\r\npmessage\r\n$5\r\nnews*\r\n$6\r\nnews:x\r\n$100\r\n" + strings.Repeat("x", 100) + "\r\n"
	s := &replies{r: bufio.NewReaderSize(endless{bytes.NewReader([]byte(one))}, readBytes)}
	patterns := []string{"news*"}
	require.LessOrEqual(t, testing.AllocsPerRun(1000, func() {
		if e, err := s.next(patterns); err != nil || len(e.Payload) != 100 {
			t.Error(e, err)
		}
	}), 1.0)
}
