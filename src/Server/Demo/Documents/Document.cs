namespace Replication.Server.Demo.Documents;

/// <summary>One document to import.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Json">Its value, UTF-8.</param>
internal readonly record struct Document(string Key, ReadOnlyMemory<byte> Json);
