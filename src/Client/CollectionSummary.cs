namespace Replication.Client;

/// <summary>A collection as a node lists it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What its values are.</param>
/// <param name="Records">How many records it holds.</param>
public sealed record CollectionSummary(string Name, CollectionKind Kind, ulong Records);
