namespace Replication.Client;

/// <summary>What the values of a collection are. The numbers are those of store.proto.</summary>
public enum CollectionKind
{
    /// <summary>UTF-8 encoded JSON documents; the server refuses anything else.</summary>
    Json = 0,

    /// <summary>Opaque bytes.</summary>
    Bytes = 1,
}
