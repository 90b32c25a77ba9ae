package faults

import "time"

// Account says which of the others' messages one receiver got.
type Account struct {
	Node      int // 1 or 2: the node that it began at
	Sent      int // messages that left a node or the emitter, or may have
	Delivered int // of those, how many arrived; each counts once
	Lost      int // acknowledged to their sender, and never arrived here
	Unknown   int // not confirmed to their sender, and never arrived here
	Forged    int // reported as not sent, and arrived here all the same
	Repeated  int
	Disorder  int           // came after a later message of the same sender, or in another order than at the first receiver
	Silence   time.Duration // the longest time without a message
}

// Missed is how many messages did not arrive, whatever their senders were told.
func (a Account) Missed() int { return a.Lost + a.Unknown }

// accounts returns the account of each receiver, in their order.
func (r *run) accounts() []Account {
	var all []Account
	for _, cl := range r.receivers {
		got := cl.got
		a := Account{Node: cl.home + 1, Silence: got.longestSilence(), Disorder: r.receivers[0].got.against(got)}
		got.mu.Lock()
		a.Repeated, a.Disorder = got.repeated, a.Disorder+got.disorder
		for _, s := range r.sources() {
			s.mu.Lock()
			for i, f := range s.fates {
				here := got.seen[stamp{s.id, i + 1}]
				if f == unsent {
					a.Forged += number(here)
					continue
				}
				a.Sent++
				switch {
				case here:
					a.Delivered++
				case f == accepted, f == waiting && !r.stage.system.Tells:
					a.Lost++
				default:
					a.Unknown++
				}
			}
			s.mu.Unlock()
		}
		got.mu.Unlock()
		all = append(all, a)
	}
	return all
}

func number(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
