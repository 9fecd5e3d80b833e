namespace Replication.Client;

/// <summary>Why a call failed or a transaction was rejected. Up to <see cref="NotFound"/> the numbers are those of common.proto.</summary>
public enum ReplicationErrorCode
{
    /// <summary>Nothing more precise is known; the message says what is.</summary>
    Unspecified = 0,
    /// <summary>The request is malformed.</summary>
    InvalidArgument = 1,
    /// <summary>The node does not write.</summary>
    NotPrimary = 2,
    /// <summary>There is no such collection.</summary>
    UnknownCollection = 3,
    /// <summary>A collection's name breaks the rule <c>[a-z0-9_-]{1,64}</c>.</summary>
    InvalidCollectionName = 4,
    /// <summary>A collection to be created is there already.</summary>
    CollectionExists = 5,
    /// <summary>A key is not UTF-8 of 1 to 1,024 bytes.</summary>
    InvalidKey = 6,
    /// <summary>The value is not one UTF-8 encoded JSON document.</summary>
    InvalidJson = 7,
    /// <summary>A value is over the node's limit.</summary>
    ValueTooLarge = 8,
    /// <summary>The whole transaction is over the node's limit.</summary>
    TransactionTooLarge = 9,
    /// <summary>A condition does not hold.</summary>
    PreconditionFailed = 10,
    /// <summary>The node has no data to show yet: it is starting or bootstrapping.</summary>
    Loading = 11,
    /// <summary>A bounded queue, of the node or of this client, is full.</summary>
    Busy = 12,
    /// <summary>The node is stopping.</summary>
    ShuttingDown = 13,
    /// <summary>The node did not reach the asked position in time.</summary>
    TooStale = 14,
    /// <summary>The asked position belongs to another history, or to a reign whose entries were replaced.</summary>
    OtherHistory = 15,
    /// <summary>The asked position is older than what is kept.</summary>
    Pruned = 16,
    /// <summary>Whether the commit took effect is not known.</summary>
    UnknownOutcome = 17,
    /// <summary>What was asked for is not there.</summary>
    NotFound = 18,
    /// <summary>The primary's disk has no room for more log. Nothing was written; writing goes on by itself when there is room.</summary>
    DiskFull = 19,
    /// <summary>The node's own files do not agree with a digest in the log: it shows what agreed last and goes no further.</summary>
    Holding = 40,
    /// <summary>Another record has a value that a unique index wants in one record only.</summary>
    UniqueViolation = 50,
    /// <summary>There is no such index.</summary>
    UnknownIndex = 51,
    /// <summary>An index to be created is there already.</summary>
    IndexExists = 52,
    /// <summary>The index is being built.</summary>
    IndexBuilding = 53,
    /// <summary>The index could not be built; the message says why.</summary>
    IndexFailed = 54,
    /// <summary>The read took longer than a view of the data may be open; read in smaller parts.</summary>
    ViewExpired = 60,
    /// <summary>The primary has no memory for more data. Nothing was written; deletes are accepted.</summary>
    MemoryFull = 61,
    /// <summary>The request is older than what the node remembers: it was not executed now; whether it was before is not known.</summary>
    Forgotten = 41,
    /// <summary>No node answers at the address, or it answered too late. Found by the client.</summary>
    Unavailable = 1000,
}
