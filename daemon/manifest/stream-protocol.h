/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * How stapd talks to the stapd-stream of a session. Shared by both sides and known to nobody else.
 *
 * stapd-stream gets a SOCK_SEQPACKET socket as descriptor STREAM_CONTROL_FD. Each message is one JSON
 * object, at most STREAM_MESSAGE_MAX bytes, with the descriptors named in []. stapd sends, in this order:
 *
 *   {"type": "setup", "session": ID, "name": TEXT, "args": [TEXT...], "owner": UID, "manifest": "module",
 *    "consume": BOOL, "flight": BOOL, "mask": [TEXT...]}
 *        [0] a reader of the session (runtime/abi.h), [1] the ledger, [2] the .ko ("manifest": "module") or a
 *        file of the manifest's JSON ("manifest": "json"), [3] the ring of stream_keep_new(). Everything but
 *        session and manifest is optional. consume: do not wait for a reader.
 *        flight: the kernel's buffers overwrite their oldest records, which are taken when somebody wants them.
 *        mask: fields of events whose values no reader gets.
 *   {"type": "reader", "id": N, "format": "text" | "json" | "jsonSeq" | "record" | "recordText" | "journal",
 *    "overflow": "drop" | "disconnect" | "pause",
 *    "from": "now" | "start" | "tail" | "after" | "end", "number": N, "follow": BOOL, "cursors": BOOL,
 *    "withText": BOOL}
 *        [0] where the reader's bytes go: a pipe or a stream socket (O_NONBLOCK is set on it), a terminal, or
 *        a file; [1][2][3] the queue of stream_queue_new(). At any time; ids are given once in a session.
 *        from: which of the kept records it gets first: none, all, the last `number`, those after record
 *        `number`; "end": all, when the session has ended. Without follow it is closed where the stream stood.
 *        "journal" has a datagram socket that is connected to the systemd journal.
 *        A recording (stream/record.h) has a stream socket, over which its files come, and also: "compress": BOOL,
 *        "segmentBytes": N, "segmentUSec": N, "minFreeBytes": N, "maxBytes": N; 0: no bound.
 *   {"type": "go"}   records may be consumed, once the first reader ever is there (or with "consume"): until
 *        then they wait in the kernel's buffers, so that no reader misses what begin probes print.
 *   {"type": "state", "state": TEXT, "result": TEXT or null}     becomes a record of JSON readers
 *   {"type": "rotate"}                                           recordings go on in another file
 *   {"type": "stats"}                                            is answered
 *   {"type": "detach", "id": N}   cuts that reader off
 *   {"type": "finish", "result": TEXT, "exitStatus": N, "timeoutMs": N}
 *        The kernel side has stopped. Everything is drained, readers get their last record and are closed. A
 *        reader that has not taken it all after timeoutMs (0: no limit) is closed nevertheless, and counted.
 *
 * stapd-stream sends:
 *
 *   {"type": "ready", "cpus": N}                  after setup
 *   {"type": "failed", "error": TEXT}             and exits
 *   {"type": "message", "n": N, "severity": "error" | "warning", "text": TEXT}
 *        for people: the script's errors and warnings, and losses. n counts from 1; one that was seen already
 *        comes again after a restart: ignore it.
 *   {"type": "reader", "id": N, "state": "complete" | "closed" | "overflow" | "failed", "error": TEXT or null,
 *    "lost": N}
 *        it has all that it was to get, went away or was cut off, was too slow, or its descriptor failed.
 *        Forget its descriptors.
 *   {"type": "stats", "records": N, "lost": N, "errors": N, "bytes": N, "readers": N}
 *   {"type": "done", "records": N, "lost": N, "readerLost": N, "errors": N, "skipped": N, "bytes": N}
 *        and exits. "lost" counts records that the kernel could not keep or that were damaged, "readerLost"
 *        what slow readers did not get.
 *
 * When the socket ends without "finish", stapd is gone: everything that is left is drained as with "finish"
 * and the result "daemon-lost".
 *
 * Restart. stapd keeps a duplicate of every descriptor that it passed. When stapd-stream dies before "done",
 * stapd starts it again, and sends setup, a "reader" for each reader that it has not been told is gone (the
 * same ids and descriptors), and "go"; then "finish" again, if it had sent it. The ledger holds, in memory
 * that outlives the process, which records of each CPU are in the queues and in the ring of recent records;
 * a queue knows which of its bytes
 * its descriptor has taken. Both change by single stores, and a sub-buffer is given back to the kernel only
 * after the ledger says that it was taken. So wherever it is killed, no byte is lost and none doubled. The
 * one exception are readers that the kernel cannot splice to (a file opened for appending): there a kill may
 * repeat the last write.
 */
#include <stddef.h>
#include <stdint.h>

#define STREAM_CONTROL_FD 3
#define STREAM_MESSAGE_MAX 65536
#define STREAM_READERS_MAX 128
#define STREAM_CPUS_MAX 8192
#define STREAM_QUEUE_MIN ((size_t) 512 << 10) /* bytes */
#define STREAM_QUEUE_DEFAULT ((size_t) 1 << 20)
#define STREAM_QUEUE_MAX ((size_t) 64 << 20)
#define STREAM_QUEUE_FDS 3

#define STREAM_KEEP_MIN ((size_t) 256 << 10) /* bytes of recent records */
#define STREAM_KEEP_DEFAULT ((size_t) 1 << 20)
#define STREAM_KEEP_MAX ((size_t) 1 << 30)

/* The memory of the ring of recent records: a descriptor. Its bytes take memory when they are first used. */
int stream_keep_new(size_t bytes);
/* The memory that the ledger is in: a descriptor. Pages that are not used take no memory. */
int stream_ledger_new(void);
/* What is queued for one reader: a memory file of so many bytes (rounded up to pages), and both ends of a
 * pipe (read, write). The caller closes them. Negative errno. */
int stream_queue_new(size_t bytes, int ret_fds[STREAM_QUEUE_FDS]);
