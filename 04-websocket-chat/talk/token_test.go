package talk

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/client"
	"github.com/stretchr/testify/require"
)

// forMinutes admits by tokens such as "alice.7.": a name, and the minute since the first one at which it ends.
func forMinutes(began time.Time) func(string) (chat.Permit, error) {
	return func(token string) (chat.Permit, error) {
		var minute int
		name, rest, _ := strings.Cut(token, ".")
		if _, err := fmt.Sscanf(rest, "%d.", &minute); err != nil {
			return chat.Permit{}, errors.New("no key of this node has signed the token")
		}
		until := began.Add(time.Duration(minute) * time.Minute)
		if !time.Now().Before(until) {
			return chat.Permit{}, fmt.Errorf("%w: get a new one", chat.ErrExpired)
		}
		return chat.Permit{Name: name, Rooms: []string{"lobby"}, Until: until}, nil
	}
}

func TestTalkEndsWithASentenceWhenItsTokenHasExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nodes := chattest.Network{}
		admit := forMinutes(time.Now())
		_, first := serving(t, nodes, chat.Options{Node: "n1", Admit: admit})
		_, second := serving(t, nodes, chat.Options{Node: "n2", Admit: admit})
		alice := talking(t, Options{URLs: []string{first, second}, Token: func() (string, error) { return "alice.7.", nil }, dial: nodes.Dial})
		alice.err.shows(t, "connected to node n1 as alice in room lobby")
		time.Sleep(8 * time.Minute)
		require.Len(t, alice.ended, 1, "it goes on: %s", alice.err.String())
		err := <-alice.ended
		refused, ok := errors.AsType[*client.RefusedError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, 401, refused.Status)
		require.EqualError(t, err, "the token has expired: get a new one")
		require.Contains(t, alice.out.String(), "-- your token expires in 42 s: bring a new one, or you are closed\n")
		require.Equal(t, 1, strings.Count(alice.err.String(), "trying"), "it does not try for ever: %s", alice.err.String())
		require.Contains(t, alice.err.String(), "the node closed the connection: 1008 your token has expired; connect again with a new one")
		require.NotContains(t, alice.err.String()+alice.out.String(), "alice.7.")
	})
}

// Whoever issues tokens may have put another into the file meanwhile.
func TestTalkComesBackWithTheTokenThatIsThereThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nodes := chattest.Network{}
		_, url := serving(t, nodes, chat.Options{Node: "n1", Admit: forMinutes(time.Now())})
		asked := 0
		alice := talking(t, Options{URLs: []string{url}, dial: nodes.Dial, Token: func() (string, error) {
			asked++
			return fmt.Sprintf("alice.%d.", 7*asked), nil
		}})
		alice.err.shows(t, "connected")
		time.Sleep(10 * time.Minute)
		require.Equal(t, 2, strings.Count(alice.err.String(), "connected to node n1"), alice.err.String())
	})
}

func TestTalkSaysWhyItsTokenIsNotTaken(t *testing.T) {
	_, url := node(t, "n1")
	_, _, err := talkLines(url, Options{Token: func() (string, error) { return "", errors.New("the token's file, behind the @, cannot be read") }})
	require.EqualError(t, err, "the token's file, behind the @, cannot be read")
	for _, urls := range [][]string{nil, {url}} {
		_, _, err = talkLines(url, Options{URLs: urls, Token: func() (string, error) { return "s3cr3t", nil }})
		require.ErrorContains(t, err, "want a token as it was issued")
		require.NotContains(t, err.Error(), "s3cr3t")
	}
}
