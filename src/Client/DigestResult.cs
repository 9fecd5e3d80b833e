namespace Replication.Client;

/// <summary>The digest of a node's data: two nodes with equal digests at one position hold the same.</summary>
/// <param name="Position">Where the digest was taken.</param>
/// <param name="Digest">32 hexadecimal digits.</param>
/// <param name="Records">Records at that position.</param>
public sealed record DigestResult(LogPosition Position, string Digest, ulong Records);
