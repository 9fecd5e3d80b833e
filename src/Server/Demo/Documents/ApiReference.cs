using System.Globalization;
using System.Xml.Linq;

namespace Replication.Server.Demo.Documents;

/// <summary>The API reference of .NET, from the XML files beside the SDK's reference assemblies: one document a member.</summary>
internal sealed class ApiReference : IDocumentSource
{
    private const string Pack = "Microsoft.NETCore.App.Ref";
    private const double BytesPerMegabyte = 1e6;

    private readonly FileInfo[] _files;
    private readonly long _bytes;
    private double _read;

    private ApiReference(string version, FileInfo[] files)
    {
        _files = files;
        _bytes = files.Sum(static file => file.Length);
        Description = string.Create(CultureInfo.InvariantCulture, $"the API reference of .NET {version} that is part of the SDK ({files.Length} files, {_bytes / BytesPerMegabyte:0} MB)");
    }

    public string Description { get; }

    public string Collection => "api";

    public string ExampleKey => "T:System.String";

    public string ExamplePrefix => "M:System.String.";

    public double Fraction => Volatile.Read(ref _read);

    /// <summary>The newest reference pack below a .NET installation; null when there is none with documentation.</summary>
    public static ApiReference? Find(string dotnet)
    {
        var pack = new DirectoryInfo(Path.Combine(dotnet, "packs", Pack));
        if (!pack.Exists) return null;
        return pack.EnumerateDirectories()
            .OrderByDescending(static version => Version.TryParse(version.Name.Split('-')[0], out var number) ? number : new Version())
            .Select(static version => new ApiReference(version.Name, FilesOf(version)))
            .FirstOrDefault(static reference => reference._files.Length > 0);
    }

    public IEnumerable<Document> Read()
    {
        var done = 0L;
        foreach (var file in _files)
        {
            XElement[] members = [.. XDocument.Load(file.FullName).Descendants("member").Where(static member => member.Attribute("name") is not null)];
            var types = ApiMember.TypesOf(members);
            var assembly = Path.GetFileNameWithoutExtension(file.Name);
            for (var i = 0; i < members.Length; i++)
            {
                Volatile.Write(ref _read, (done + ((double)file.Length * i / members.Length)) / _bytes);
                yield return new ApiMember(members[i], assembly, types).ToDocument();
            }
            done += file.Length;
        }
        Volatile.Write(ref _read, 1);
    }

    private static FileInfo[] FilesOf(DirectoryInfo version)
    {
        var reference = new DirectoryInfo(Path.Combine(version.FullName, "ref"));
        return reference.Exists
            ? [.. reference.EnumerateDirectories("net*").SelectMany(static framework => framework.EnumerateFiles("*.xml")).OrderBy(static file => file.Name, StringComparer.Ordinal)]
            : [];
    }
}
