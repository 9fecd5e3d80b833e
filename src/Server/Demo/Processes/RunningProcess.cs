using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Replication.Server.Demo.Processes;

/// <summary>One row of the process table.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name, as the kernel knows it.</param>
/// <param name="State">One letter: R runs, S sleeps and so on; see proc(5).</param>
/// <param name="CpuMillis">Processor time it has used, in milliseconds.</param>
/// <param name="Threads">How many it has.</param>
/// <param name="ResidentBytes">Memory it has in use.</param>
internal sealed record RunningProcess(int Id, string Name, char State, long CpuMillis, int Threads, long ResidentBytes)
{
    // The kernel reports processor time in units of 1/100 s on every architecture, whatever its own tick is.
    private const int MillisPerTick = 10;

    // Positions of the fields of /proc/<id>/stat behind the name, which may contain blanks and parentheses itself.
    private const int StateField = 0;
    private const int UserTimeField = 11;
    private const int SystemTimeField = 12;
    private const int ThreadsField = 17;
    private const int ResidentField = 21;

    /// <summary>Its key in the collection.</summary>
    public string Key => Id.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads the content of <c>/proc/ID/stat</c>; null when it has another form.</summary>
    public static RunningProcess? Parse(string stat, int pageBytes)
    {
        var open = stat.IndexOf('(', StringComparison.Ordinal);
        var close = stat.LastIndexOf(')');
        if (open < 0 || close < open || !int.TryParse(stat.AsSpan(0, open).Trim(), CultureInfo.InvariantCulture, out var id)) return null;
        var fields = stat[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length <= ResidentField) return null;
        return new RunningProcess(
            id,
            stat[(open + 1)..close],
            fields[StateField][0],
            (Number(UserTimeField) + Number(SystemTimeField)) * MillisPerTick,
            (int)Number(ThreadsField),
            Number(ResidentField) * pageBytes);

        long Number(int field) => long.TryParse(fields[field], CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    /// <summary>The document, UTF-8.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("pid", Id);
            json.WriteString("name", Name);
            json.WriteString("state", State.ToString());
            json.WriteNumber("cpuMillis", CpuMillis);
            json.WriteNumber("threads", Threads);
            json.WriteNumber("residentBytes", ResidentBytes);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }
}
