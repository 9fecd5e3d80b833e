using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text;

namespace Replication.Faults.Disks;

/// <summary>Which operations fail; the numbers are those of <c>io_faults.c</c>.</summary>
internal enum IoOperation
{
    None,
    Write,
    Sync,
}

/// <summary>How they fail.</summary>
internal enum IoFaultKind
{
    None,
    Error,
    Short,
    Delay,
}

/// <summary>Orders the faults of one node's file operations, while it runs, through a page of memory that both have.</summary>
/// <param name="file">For that page.</param>
internal sealed class IoFaults(string file) : IDisposable
{
    public const int InputOutputError = 5;
    public const int NoSpace = 28;

    private const int PageBytes = 4096;
    private const int SkipOffset = 16;
    private const int TimesOffset = 20;
    private const int FiredOffset = 24;
    private const int PathOffset = 28;
    private const int MaxPath = 255;

    private readonly MemoryMappedFile _page = MemoryMappedFile.CreateFromFile(file, FileMode.Create, null, PageBytes);

    private static string Library => Path.Combine(ProcessKit.Repository.File("tests/Laboratory/faults/Hook/native"), "io_faults.so");

    /// <summary>Variables for a node whose faults are ordered here.</summary>
    public Dictionary<string, string> Variables => new(Hooks.Plain, StringComparer.Ordinal)
    {
        ["LD_PRELOAD"] = File.Exists(Library) ? Library : throw new FileNotFoundException("The library of I/O faults is not built: tests/Laboratory/faults/Hook/native/build.", Library),
        ["REPLICATION_IO_FAULTS"] = file,
    };

    /// <summary>How often the last order struck.</summary>
    public int Fired
    {
        get
        {
            using var page = _page.CreateViewAccessor();
            return page.ReadInt32(FiredOffset);
        }
    }

    /// <summary>Has operations fail from now on, in the place of what was ordered before.</summary>
    /// <param name="operation">Which.</param>
    /// <param name="kind">How.</param>
    /// <param name="path">Part of the file's path.</param>
    /// <param name="times">How often.</param>
    /// <param name="skip">How many pass first.</param>
    /// <param name="error">Number of an error.</param>
    /// <param name="milliseconds">Of a delay.</param>
    public void Order(IoOperation operation, IoFaultKind kind, string path, int times = 1, int skip = 0, int error = InputOutputError, int milliseconds = 0)
    {
        using var page = _page.CreateViewAccessor();
        page.Write(0, (int)IoOperation.None);
        Span<byte> text = stackalloc byte[MaxPath + 1];
        text.Clear();
        Encoding.UTF8.GetBytes(path, text[..MaxPath]);
        page.WriteArray(PathOffset, text.ToArray(), 0, text.Length);
        ReadOnlySpan<int> numbers = [(int)kind, error, milliseconds, skip, times, 0];
        page.WriteArray(sizeof(int), MemoryMarshal.AsBytes(numbers).ToArray(), 0, numbers.Length * sizeof(int));
        Thread.MemoryBarrier();
        page.Write(0, (int)operation);
    }

    /// <summary>Nothing fails any more.</summary>
    public void End()
    {
        using var page = _page.CreateViewAccessor();
        page.Write(0, (int)IoOperation.None);
    }

    public void Dispose() => _page.Dispose();
}
