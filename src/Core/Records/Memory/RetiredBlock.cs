namespace Replication.Core.Records.Memory;

/// <summary>What a block holds, as far as it tells who may still read it.</summary>
internal enum BlockKind
{
    /// <summary>A record: in no state before the entry that wrote it.</summary>
    Record = 0,
    /// <summary>A node of an ordered index: in no state before the version it was made for.</summary>
    Node = 1,
    /// <summary>A separator of a branch: whoever needs the branch needs it.</summary>
    Separator = 2,
    /// <summary>What belongs to no version, a segment of a hash index: only a reader of this moment may be in it.</summary>
    Aside = 3,
}

/// <summary>A block that newer states do not reach.</summary>
/// <param name="Tagged">Its address, with the kind in the low bits.</param>
/// <param name="Died">The first version that does not reach it.</param>
internal readonly record struct RetiredBlock(nint Tagged, long Died)
{
    private const int KindMask = 7;

    /// <summary>Of a block.</summary>
    public static RetiredBlock Of(nint address, BlockKind kind, long died) => new(address | (nint)kind, died);

    /// <summary>Where it is.</summary>
    public nint Address => Tagged & ~(nint)KindMask;

    /// <summary>What it holds.</summary>
    public BlockKind Kind => (BlockKind)(Tagged & KindMask);

    /// <summary>Whether the state of a version and index may reach it. Says yes where it is not known.</summary>
    public unsafe bool IsReachedBy(long version, long index) => version < Died && Kind switch
    {
        BlockKind.Record => *(long*)Address <= index,
        BlockKind.Node => *(long*)Address <= version,
        BlockKind.Separator => true,
        _ => false,
    };
}
