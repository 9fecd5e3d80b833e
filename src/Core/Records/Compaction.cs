using Replication.Core.Records.Memory;

namespace Replication.Core.Records;

/// <summary>
/// Gives memory back when data does: empties sparse pages by moving what is left in them, in steps that follow the changes,
/// so that no commit waits for all of it. One walk over all collections at a time.
/// </summary>
/// <param name="memory">Whose pages.</param>
/// <param name="names">The trees there are: the records of collections, the entries of their indexes.</param>
/// <param name="find">One of them, to be changed; null when it is gone.</param>
internal sealed class Compaction(RecordMemory memory, Func<IEnumerable<string>> names, Func<string, OrderedIndexBuilder?> find)
{
    // A leaf for so many changes: a walk is over long before as many records as there are have changed once more.
    private const int ChangesOfLeaf = 8;
    private const int MinLeaves = 4;
    private const int MaxLeaves = 512;

    // Behind a walk, or a look that found no sparse page, nothing is gained by looking again at once.
    private const int ChangesBetweenLooks = 16_384;

    private Queue<string>? _collections; // still to walk through; null when nothing is being emptied
    private byte[] _from = [];
    private int _changes;

    /// <summary>Goes on a little, or begins when there is a reason.</summary>
    /// <param name="changes">Records changed since the last call.</param>
    public void Step(int changes)
    {
        _changes += changes;
        if (_collections is null && !TryBegin()) return;
        for (var left = Math.Clamp(_changes / ChangesOfLeaf, MinLeaves, MaxLeaves); left > 0; left--)
        {
            if (!_collections!.TryPeek(out var name))
            {
                _collections = null;
                break;
            }
            _from = find(name)?.MoveLeaf(_from) ?? [];
            if (_from.Length == 0) _collections.Dequeue();
        }
        _changes = 0;
    }

    private bool TryBegin()
    {
        if (_changes < ChangesBetweenLooks) return false;
        _changes = 0;
        if (!memory.TryEmptySparsePages()) return false;
        (_collections, _from) = (new Queue<string>(names()), []);
        return true;
    }
}
