// Package replication is chapter 02 of the workbook: one master and its replicas.
package replication
