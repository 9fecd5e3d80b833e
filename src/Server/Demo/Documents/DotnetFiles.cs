using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Replication.Server.Demo.Documents;

/// <summary>The files of the .NET installation, for machines that have the runtime without the SDK: one document a file.</summary>
internal sealed class DotnetFiles : IDocumentSource
{
    private readonly string _root;
    private readonly FileInfo[] _files;
    private double _read;

    public DotnetFiles(string root)
    {
        _root = root;
        _files = [.. new DirectoryInfo(root)
            .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
            .OrderBy(static file => file.FullName, StringComparer.Ordinal)];
        if (_files.Length == 0) throw new DemoException($"There are no files under {root} to make documents of. Install the .NET SDK, which has the API reference.");
        Description = string.Create(CultureInfo.InvariantCulture, $"the names of the {_files.Length:N0} files under {root}, because the API reference, which is part of the SDK, is not there");
    }

    public string Description { get; }

    public string Collection => "files";

    public string ExampleKey => KeyOf(_files[0]);

    public string ExamplePrefix => ExampleKey.Split('/')[0];

    public double Fraction => Volatile.Read(ref _read);

    public IEnumerable<Document> Read()
    {
        for (var i = 0; i < _files.Length; i++)
        {
            Volatile.Write(ref _read, (double)i / _files.Length);
            yield return ToDocument(_files[i]);
        }
        Volatile.Write(ref _read, 1);
    }

    private string KeyOf(FileInfo file) => Path.GetRelativePath(_root, file.FullName);

    private Document ToDocument(FileInfo file)
    {
        var key = KeyOf(file);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("path", key);
            json.WriteString("extension", file.Extension);
            json.WriteNumber("bytes", file.Length);
            json.WriteString("modified", file.LastWriteTimeUtc);
            json.WriteEndObject();
        }
        return new Document(key, buffer.WrittenMemory);
    }
}
