// Package lane says on which lane a message travels. The rule is fixed: all nodes, of all versions, follow it.
package lane
