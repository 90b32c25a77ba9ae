package replication

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRoleIsReadFromItsThreeShapes(t *testing.T) {
	for name, c := range map[string]struct {
		reply []any
		want  Role
	}{
		"master alone": {
			reply: []any{"master", int64(0), []any{}},
			want:  Role{Name: Master},
		},
		"master with a replica": {
			reply: []any{"master", int64(20), []any{[]any{"127.0.0.1", "6380", "14"}}},
			want:  Role{Name: Master, Offset: 20, Replicas: []ReplicaOffset{{Addr: "127.0.0.1:6380", Offset: 14}}},
		},
		"replica": {
			reply: []any{"slave", "127.0.0.1", int64(6379), "connected", int64(14)},
			want:  Role{Name: Replica, Master: "127.0.0.1:6379", Link: Connected, Offset: 14},
		},
		"sentinel": {
			reply: []any{"sentinel", []any{"mymaster"}},
			want:  Role{Name: "sentinel"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := parseRole(c.reply)
			require.True(t, ok)
			require.Equal(t, c.want, got)
		})
	}
}

func TestRoleRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, reply := range [][]any{
		nil,
		{"master"},
		{"master", "12", []any{}},
		{"master", int64(12), []any{"127.0.0.1"}},
		{"master", int64(12), []any{[]any{"127.0.0.1", "6380", "many"}}},
		{"slave", "127.0.0.1", int64(6379), "connected"},
		{"something else"},
	} {
		_, ok := parseRole(reply)
		require.False(t, ok, "%v", reply)
	}
}
