package chat

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

func TestAllInLineArePingedInTurnAndNobodyWhoHasLeft(t *testing.T) {
	p := newPings(time.Hour)
	conns := make([]*Conn, 2*mostAtOnce+10)
	for i := range conns {
		conns[i] = new(Conn)
		p.add(conns[i])
	}
	defer p.timer.Stop()
	require.Empty(t, p.take(time.Minute), "it is too soon")
	for _, gone := range []int{0, 5, mostAtOnce, len(conns) - 1} {
		p.remove(conns[gone])
		p.remove(conns[gone]) // does nothing
		conns[gone] = nil
	}
	var pinged []*Conn
	for due := p.take(time.Hour + time.Minute); len(due) > 0; due = p.take(time.Hour + time.Minute) {
		require.LessOrEqual(t, len(due), mostAtOnce)
		pinged = append(pinged, due...)
	}
	var left []*Conn
	for _, c := range conns {
		if c != nil {
			left = append(left, c)
		}
	}
	require.Equal(t, len(left), len(pinged))
	for i, c := range left {
		require.Same(t, c, pinged[i])
		p.remove(c)
	}
	require.Nil(t, p.first)
	require.Nil(t, p.last)
	require.Empty(t, p.take(3*time.Hour))
}

func TestWhoOnlyListensHasNoLimiters(t *testing.T) {
	bubble(t, Options{RatePerSecond: 1, RateBurst: 1}, func(t *testing.T, n *served) {
		alice := n.Enter("alice", "go")
		watched(alice) // answers pings
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Equal(t, 1, n.hub.Stats().Connections)
		require.Nil(t, n.conn(alice).rates)
		require.NoError(t, alice.WS.WriteControl(websocket.PongMessage, nil, time.Now().Add(time.Second)))
		synctest.Wait()
		require.NotNil(t, n.conn(alice).rates, "nobody has asked for this one")
	})
}
