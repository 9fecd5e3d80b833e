using System.Globalization;

namespace Replication.Faults.Processes;

/// <summary>The memory of another process, as a cosmic ray reaches it.</summary>
/// <param name="process">Its id; this process has to be root's or its parent.</param>
internal sealed class ForeignMemory(int process)
{
    private const int BlockBytes = 1024 * 1024;

    private readonly string _folder = $"/proc/{process.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Changes the lowest bit of the first byte of each occurrence of some bytes in writable memory.</summary>
    /// <returns>How many there were.</returns>
    public int Flip(ReadOnlySpan<byte> bytes)
    {
        using var memory = File.Open(Path.Combine(_folder, "mem"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var found = 0;
        foreach (var (from, to) in WritableRanges())
            for (var at = from; at < to; at += BlockBytes)
                foreach (var place in Find(memory, at, (int)Math.Min(BlockBytes + bytes.Length - 1, to - at), bytes))
                {
                    memory.Position = place;
                    memory.WriteByte((byte)(bytes[0] ^ 1));
                    memory.Flush();
                    found++;
                }
        return found;
    }

    private static List<long> Find(FileStream memory, long from, int length, ReadOnlySpan<byte> bytes)
    {
        var block = new byte[length];
        var places = new List<long>();
        try
        {
            length = RandomAccess.Read(memory.SafeFileHandle, block, from);
        }
        catch (IOException)
        {
            return places; // Reserved, but not there.
        }
        for (var at = 0; block.AsSpan(at, length - at).IndexOf(bytes) is >= 0 and var next; at += next + 1) places.Add(from + at + next);
        return places;
    }

    private IEnumerable<(long From, long To)> WritableRanges()
    {
        foreach (var line in File.ReadAllLines(Path.Combine(_folder, "maps")))
        {
            var parts = line.Split(' ', '-');
            if (!parts[2].StartsWith("rw", StringComparison.Ordinal) || line.EndsWith(']')) continue;
            yield return (long.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), long.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }
    }
}
