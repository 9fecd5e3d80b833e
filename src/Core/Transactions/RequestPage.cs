namespace Replication.Core.Transactions;

/// <summary>
/// Remembered requests that follow each other. Slots are filled in order and never changed, so that whoever was told how
/// many there are may read those while another one is filled.
/// </summary>
internal sealed class RequestPage
{
    /// <summary>Requests in a page.</summary>
    public const int Slots = 1024;

    private const int UsualIdBytes = 16;

    private readonly long[] _indexes = new long[Slots];
    private readonly int[] _ends = new int[Slots];
    private byte[] _ids = new byte[Slots * UsualIdBytes];

    /// <summary>Index of the entry that a request made.</summary>
    public long IndexAt(int slot) => _indexes[slot];

    /// <summary>The caller's name for it.</summary>
    public ReadOnlySpan<byte> IdAt(int slot) => Volatile.Read(ref _ids).AsSpan()[StartOf(slot).._ends[slot]];

    /// <summary>Fills the slot behind the last one that is filled.</summary>
    public void Fill(int slot, ReadOnlySpan<byte> id, long index)
    {
        var start = StartOf(slot);
        var end = start + id.Length;
        if (end > _ids.Length)
        {
            // Readers of the earlier slots keep the array that they have.
            var larger = new byte[Math.Max(end, Math.Min(2 * _ids.Length, Slots * TransactionLimits.MaxRequestIdBytes))];
            _ids.AsSpan(0, start).CopyTo(larger);
            Volatile.Write(ref _ids, larger);
        }
        id.CopyTo(_ids.AsSpan(start));
        _ends[slot] = end;
        _indexes[slot] = index;
    }

    /// <summary>A page of one's own with the first slots of this one.</summary>
    public RequestPage Copy(int slots)
    {
        var copy = new RequestPage();
        for (var slot = 0; slot < slots; slot++) copy.Fill(slot, IdAt(slot), _indexes[slot]);
        return copy;
    }

    private int StartOf(int slot) => slot == 0 ? 0 : _ends[slot - 1];
}
