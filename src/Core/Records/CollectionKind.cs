namespace Replication.Core.Records;

/// <summary>What the values of a collection are. The numbers are part of the format.</summary>
public enum CollectionKind : byte
{
    /// <summary>UTF-8 encoded JSON documents, checked when they are put.</summary>
    Json = 0,
    /// <summary>Opaque bytes.</summary>
    Bytes = 1,
}
