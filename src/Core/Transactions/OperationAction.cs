namespace Replication.Core.Transactions;

/// <summary>What an operation does. The numbers are those of log.proto.</summary>
public enum OperationAction
{
    /// <summary>Inserts the record or replaces its value.</summary>
    Put = 0,
    /// <summary>Removes the record if it is there.</summary>
    Delete = 1,
    /// <summary>Creates a collection of JSON documents.</summary>
    CreateJsonCollection = 2,
    /// <summary>Creates a collection of opaque bytes.</summary>
    CreateBytesCollection = 3,
    /// <summary>Removes a collection with all its records.</summary>
    DropCollection = 4,
}
