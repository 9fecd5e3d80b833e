namespace Replication.Testing;

/// <summary>Two nodes are at the same position and do not hold the same data.</summary>
/// <param name="message">Which, where, and what each holds.</param>
public sealed class NodesDifferException(string message) : Exception(message);
