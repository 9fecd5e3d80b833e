namespace Replication.Core.Transactions;

/// <summary>Why a transaction is not in the log and never will be.</summary>
public enum RejectionReason
{
    /// <summary>The request is malformed.</summary>
    InvalidArgument,
    /// <summary>A delete or drop names a collection that is not there.</summary>
    UnknownCollection,
    /// <summary>A name breaks the rule <c>[a-z0-9_-]{1,64}</c>.</summary>
    InvalidCollectionName,
    /// <summary>A collection to be created is there already.</summary>
    CollectionExists,
    /// <summary>A key is empty, too long or no UTF-8.</summary>
    InvalidKey,
    /// <summary>A value of a JSON collection is not one UTF-8 encoded JSON document.</summary>
    InvalidJson,
    /// <summary>A value is over the limit.</summary>
    ValueTooLarge,
    /// <summary>The whole transaction is over the limit.</summary>
    TransactionTooLarge,
    /// <summary>A precondition does not hold.</summary>
    PreconditionFailed,
    /// <summary>The queue is full.</summary>
    Busy,
    /// <summary>The node is stopping.</summary>
    ShuttingDown,
    /// <summary>The disk has no room for more log. Nothing was written; writing goes on by itself when there is room.</summary>
    DiskFull,
    /// <summary>There is no memory for more data, as much as was permitted. Deletes are accepted.</summary>
    MemoryFull,
    /// <summary>The node does not write.</summary>
    NotPrimary,
    /// <summary>Another record has a value that an index wants in one record only.</summary>
    UniqueViolation,
    /// <summary>An index to be dropped is not there.</summary>
    UnknownIndex,
    /// <summary>An index to be created is there already.</summary>
    IndexExists,
}
