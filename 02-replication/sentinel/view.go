package sentinel

import (
	"cmp"
	"slices"
	"time"
)

// View is what the Sentinels say, all together.
type View struct {
	Master   string    // host:port; "": none of them has answered yet
	Epoch    int64     // of the configuration: each failover has a higher one
	Moving   bool      // a failover is under way, and has not named the new master yet: the one here is about to be left
	Next     string    // host:port of the replica that it has chosen; "": none yet. ROLE there tells when it is the master
	Replicas []Replica // by their addresses
	Heard    int       // Sentinels that have answered lately
	Of       int       // Sentinels that are asked
}

// Replica is a server that is to follow the master.
type Replica struct {
	Addr     string // host:port
	Master   string // host:port of the server that it follows, as it said last
	Up       bool   // it answers a Sentinel
	Linked   bool   // and it says that its master's stream is flowing; it is asked each 10 s, and each second during a failover
	Priority int    // replica-priority: 0 is never made the master
}

// Equal reports whether two views say the same.
func (v View) Equal(other View) bool {
	return v.Master == other.Master && v.Epoch == other.Epoch && v.Moving == other.Moving &&
		v.Next == other.Next && v.Heard == other.Heard && v.Of == other.Of && slices.Equal(v.Replicas, other.Replicas)
}

// Majority reports whether most Sentinels are heard. Where they are not, the others may have made another server the master.
func (v View) Majority() bool { return v.Heard > v.Of/2 }

// said is what one Sentinel answered.
type said struct {
	at       time.Time // zero: nothing yet
	master   string    // where clients are to go
	former   string    // the server that it still calls the master: another one from the promotion until all is settled
	epoch    int64
	moving   bool   // it leads a failover
	next     string // the replica that this makes the master
	replicas []Replica
	asked    map[string]time.Time // when it has heard last from each of them, by their addresses
}

const (
	heardFor = 3 * time.Second  // an answer shows for so long that its Sentinel is there
	validFor = 15 * time.Second // an answer counts for so long: a highest epoch must not hold for ever
)

// merge makes a View of what the Sentinels have said. One that was cut off tells of the past, with an epoch of the past.
func merge(all []said, now time.Time) View {
	v := View{Of: len(all)}
	var best said
	for _, s := range all {
		age := now.Sub(s.at)
		if s.at.IsZero() || age > validFor {
			continue
		}
		if age <= heardFor {
			v.Heard++
		}
		if c := cmp.Compare(s.epoch, best.epoch); best.master == "" || c > 0 || c == 0 && s.at.After(best.at) {
			best = s
		}
	}
	v.Master, v.Epoch, v.Replicas = best.master, best.epoch, freshest(best, all)
	for _, s := range all {
		if s.moving && s.epoch == best.epoch && s.master == s.former && now.Sub(s.at) <= heardFor {
			v.Moving, v.Next = true, s.next
		}
	}
	return v
}

// freshest takes from each replica what it said last, to whichever Sentinel. Each asks a replica on its own, each ten seconds or
// each second: whoever believed the Sentinel that answered last would hear now of a link that stands, and now of the one before.
func freshest(best said, all []said) []Replica {
	replicas := slices.Clone(best.replicas)
	for i, r := range replicas {
		last := best.asked[r.Addr]
		for _, s := range all {
			if s.master != best.master || s.epoch != best.epoch || !s.asked[r.Addr].After(last) {
				continue
			}
			for _, other := range s.replicas {
				if other.Addr == r.Addr {
					replicas[i], last = other, s.asked[r.Addr]
				}
			}
		}
	}
	return replicas
}
