package stale_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/exercises/stale"
)

// master is an answer of the master, at that offset, with the replicas a, b and c as far as it is told; -1: not in its list.
func master(offset int64, acknowledged ...int64) replication.Role {
	r := replication.Role{Name: replication.Master, Offset: offset}
	for i := len(acknowledged) - 1; i >= 0; i-- { // ROLE promises no order
		if acknowledged[i] >= 0 {
			r.Replicas = append(r.Replicas, replication.ReplicaOffset{Addr: string(rune('a' + i)), Offset: acknowledged[i]})
		}
	}
	return r
}

func tell(r replication.Role) string {
	text := fmt.Sprintf("%s at %d", r.Name, r.Offset)
	for _, replica := range r.Replicas {
		text += fmt.Sprintf(", %s at %d", replica.Addr, replica.Offset)
	}
	return text
}

// want calls Stale, and compares.
func want(t *testing.T, before, after replication.Role, why string, names ...string) {
	t.Helper()
	got, err := stale.Stale(before, after)
	if err != nil || !slices.Equal(got, names) {
		t.Errorf("before: %s; after: %s; stale are %q (error %v), want %q: %s", tell(before), tell(after), got, err, names, why)
	}
}

func TestReplicaThatStandsStillIsStaleAndNoOther(t *testing.T) {
	want(t, master(1000, 950, 950), master(1500, 1450, 950), "b has not what the master had before", "b")
	want(t, master(1000, 950, 950), master(1500, 1000, 1450), "both have what the master had before; the newest bytes are on their way")
	want(t, master(1000, 950, 950, 950), master(1500, 950, 1500, 999), "a and c have not all that the master had before", "a", "c")
}

func TestReplicaThatGoesOnButFarBehindIsStale(t *testing.T) {
	want(t, master(1000, 300, 1000), master(1500, 900, 1500), "a grows, and still shows what was true before", "a")
}

func TestQuietMasterHasNoStaleReplica(t *testing.T) {
	want(t, master(1000, 1000, 990), master(1000, 1000, 1000), "nobody wrote, and both have all")
	want(t, master(1000, 1000, 990), master(1000, 1000, 990), "b lacks the last 10 bytes, some seconds later as well", "b")
}

func TestReplicaThatHasLeftIsStale(t *testing.T) {
	want(t, master(1000, 1000, 1000), master(1500, 1500, -1), "b is in the master's list no more, so it gets nothing", "b")
	want(t, master(1000, 1000, 500, 1000), master(1500, 1500, -1, 700), "b has left, and c is behind", "b", "c")
}

func TestReplicaThatIsNewIsJudgedAsAllAre(t *testing.T) {
	want(t, master(1000, 1000, -1), master(1500, 1500, 1500), "b is new, and has all")
	want(t, master(1000, 1000, -1), master(1500, 1500, 0), "b is new, and has nothing yet: whoever reads there sees the past", "b")
}

func TestAnswersThatCannotBeComparedAreAnError(t *testing.T) {
	replica := replication.Role{Name: replication.Replica, Offset: 2000}
	for _, c := range []struct {
		before, after replication.Role
		why           string
	}{
		{master(1000, 1000), replica, "the second is a replica's"},
		{replica, master(3000, 3000), "the first is a replica's"},
		{master(1000, 1000), master(400, 400), "the master has begun anew: its offset is lower"},
	} {
		if got, err := stale.Stale(c.before, c.after); !errors.Is(err, stale.ErrNotComparable) {
			t.Errorf("before: %s; after: %s; stale are %q (error %v), want ErrNotComparable: %s", tell(c.before), tell(c.after), got, err, c.why)
		}
	}
}
