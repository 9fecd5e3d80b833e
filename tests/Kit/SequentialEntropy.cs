using Replication.Core.IO;

namespace Replication.Kit;

/// <summary>The same "random" numbers in each run: multiples of an odd constant.</summary>
public sealed class SequentialEntropy : IEntropy
{
    private ulong _count;

    public ulong NextNonZero() => unchecked(++_count * 0x9E37_79B9_7F4A_7C15);
}
