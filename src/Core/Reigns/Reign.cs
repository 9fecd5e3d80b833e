using Replication.Core.Positions;

namespace Replication.Core.Reigns;

/// <summary>One primary's time.</summary>
/// <param name="Epoch">Its number.</param>
/// <param name="Id">Random, never zero.</param>
/// <param name="NodeId">The primary.</param>
/// <param name="NodeName">Its name, for people.</param>
public sealed record Reign(Epoch Epoch, ulong Id, ulong NodeId, string NodeName);
