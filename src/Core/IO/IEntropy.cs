namespace Replication.Core.IO;

/// <summary>Randomness, injected: the engine draws none of its own.</summary>
public interface IEntropy
{
    /// <summary>64 random bits, never all zero.</summary>
    ulong NextNonZero();
}
