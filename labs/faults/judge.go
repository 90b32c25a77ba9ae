package faults

import "time"

// The promises that several rows share.

// soon is the promised time in which a fault is noticed, a message is answered, and a
// node is ready again. A busy machine may take longer: see allowance.
const soon = time.Second

// clean: everybody gets each message at most once, and all see one order.
func clean(r *run, accounts []Account) {
	repeated, disorder, forged := 0, 0, 0
	for _, a := range accounts {
		repeated, disorder, forged = repeated+a.Repeated, disorder+a.Disorder, forged+a.Forged
	}
	r.check(repeated == 0, "nothing comes twice: %d did", repeated)
	r.check(disorder == 0, "one order for all: %d came in another", disorder)
	r.check(forged == 0, "what was reported as not sent is nowhere: %d were", forged)
}

// kept: what was acknowledged has reached everybody, wherever they were meanwhile, once, and in one order.
func kept(r *run, accounts []Account) {
	lost, repeated, disorder := 0, 0, 0
	for _, a := range accounts {
		lost, repeated, disorder = max(lost, a.Lost), repeated+a.Repeated, disorder+a.Disorder
	}
	r.check(lost == 0, "all that was acknowledged has reached every client: %d lost", lost)
	r.check(repeated+disorder == 0, "and once, in one order: %d came again, %d in another order", repeated, disorder)
}

// counts: a node counts exactly the messages that its clients did not get.
func counts(r *run, accounts []Account, nodes ...int) {
	for _, node := range nodes {
		least, most := missed(accounts, node)
		counted := r.counted(node)
		r.check(least == counted && most == counted, "node %d counts what its clients miss: counted %d, missed %s", node+1, counted, span(least, most))
	}
}

// untouched: clients of these nodes miss nothing that was acknowledged.
func untouched(r *run, accounts []Account, nodes ...int) {
	for _, node := range nodes {
		lost := 0
		for _, a := range accounts {
			if a.Node == node+1 {
				lost = max(lost, a.Lost)
			}
		}
		r.check(lost == 0, "node %d's clients miss nothing: %d lost", node+1, lost)
	}
}

func missed(accounts []Account, node int) (least, most int) {
	first := true
	for _, a := range accounts {
		if a.Node != node+1 {
			continue
		}
		if first {
			least, most, first = a.Missed(), a.Missed(), false
		}
		least, most = min(least, a.Missed()), max(most, a.Missed())
	}
	return least, most
}

// noticed: these nodes say within a second that they are not ready.
func noticed(r *run, nodes ...int) {
	for _, node := range nodes {
		at, ok := r.ready[node].firstAfter(r.broken, false)
		if !ok {
			r.check(false, "node %d says not ready within 1 s: never", node+1)
			continue
		}
		holds, remark := r.within(at-r.broken, soon)
		r.check(holds, "node %d says not ready within 1 s: after %v%s", node+1, show(at-r.broken), remark)
	}
}

// unnoticed: this node says all the time that it is ready.
func unnoticed(r *run, nodes ...int) {
	for _, node := range nodes {
		at, ok := r.ready[node].firstAfter(r.broken, false)
		if ok {
			r.check(false, "node %d stays ready: it said no after %v", node+1, show(at-r.broken))
			continue
		}
		r.check(r.ready[node].last().well, "node %d stays ready", node+1)
	}
}

// back: these nodes are ready again within a second of their replica's link.
func back(r *run, nodes ...int) {
	for _, node := range nodes {
		ready, link := r.ready[node].last(), r.links[node].last()
		switch {
		case !ready.well || !link.well:
			r.check(false, "node %d is ready within 1 s of its replica's link: it is not", node+1)
		default:
			took := ready.at - max(link.at, r.broken)
			holds, remark := r.within(took, soon)
			r.check(holds, "node %d is ready within 1 s of its replica's link: after %v%s", node+1, show(max(took, 0)), remark)
		}
	}
}

// mended: these nodes are ready within a time of the fault's end.
func mended(r *run, promise time.Duration, nodes ...int) {
	for _, node := range nodes {
		ready := r.ready[node].last()
		took := max(ready.at-r.mended, 0)
		holds, remark := r.within(took, promise)
		r.check(ready.well && holds, "node %d is ready within %v of the end of the fault: after %v%s", node+1, promise, show(took), remark)
	}
}

// answered: every message is answered within a second, with an acknowledgement or with
// the reason for none.
func answered(r *run) {
	for _, s := range r.senders {
		slowest := s.source.slowest(r.now())
		holds, remark := r.within(slowest, soon)
		r.check(holds, "the %s is answered within 1 s: at most %v%s", s.source.name, show(slowest), remark)
		r.check(s.source.count(waiting) == 0, "no message of the %s stays without an answer: %d do", s.source.name, s.source.count(waiting))
	}
}
