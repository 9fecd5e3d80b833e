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
    /// <summary>Creates an index of a collection of JSON documents.</summary>
    CreateIndex = 5,
    /// <summary>Removes an index.</summary>
    DropIndex = 6,
    /// <summary>One step in the building of an index; logged by the primary, never asked for.</summary>
    BuildIndex = 7,
}
