// Package rediscluster starts a small Redis Cluster of real servers beside this process: masters that share the 16,384 slots evenly, each with
// replicas. It is for tests and measurements, and ends with its program. miniredis is no cluster, and has no sharded Pub/Sub: there is no
// embedded one.
//
// The servers are told by go-redis what redis-cli --cluster create would tell them: CLUSTER ADDSLOTSRANGE, MEET and REPLICATE.
package rediscluster
